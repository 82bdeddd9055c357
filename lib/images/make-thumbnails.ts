import { createHash } from 'node:crypto';
import { release } from '#lib/release.ts';
import type { Caption } from './caption.ts';
import { changeImage } from './change-image.ts';
import {
  contentIdOf,
  makingsOf,
  removeRenditions,
  renditionKey,
  shownOf,
  sizesOf,
} from './content.ts';
import { type Image, makerOf } from './image.ts';
import type { Content, Contents, Images, Versioned } from './images.ts';
import type { StepMessage, Workers } from './messages.ts';
import type { Objects } from './objects.ts';
import {
  contentTypeOf,
  type Inspect,
  type Metadata,
  type Refusal,
  type Shrink,
  type Shrunk,
  type Size,
} from './picture.ts';
import { clearLeftovers } from './remove-image.ts';
import { begin, end, isCurrent, isOpen, reject, tellEnd, tellNext } from './steps.ts';
import { startTimer, type Timed } from './timer.ts';

type Deps = Timed & {
  images: Images;
  contents: Contents;
  originals: Objects;
  derived: Objects;
  workers: Workers;
  inspect: Inspect;
  shrink: Shrink;
  sizes: readonly Size[];
  uploadMaxBytes: number;
};

type New = Omit<Content, 'refs'>;

/**
 * Given an image, make its thumbnails, unless those of the same bytes are there already. Writes to
 * predictable keys first, then says so in one swap; whoever loses a race removes what it wrote.
 */
export const makeThumbnails = async (
  message: StepMessage,
  attempts: number,
  deps: Deps,
): Promise<void> => {
  const { images, contents, originals, workers, inspect, shrink, uploadMaxBytes } = deps;
  const effort = startTimer(attempts, deps);
  const image = (await images.find(message.image_id))?.image;
  if (!isCurrent(image, 'thumbnails', message)) return removeOwn(message, image, deps);
  if (!isOpen(image.steps.thumbnails)) {
    await clearLeftovers(image, deps); // killed between the swap and the tidying up
    await removeOwn(message, image, deps); // or while we wrote what another delivery found made
    return tellNext(image, { workers }); // SQS delivered the message twice, or we were killed
  }

  const sizes = sizesOf(image, deps.sizes);
  if (image.sizeBytes > uploadMaxBytes) return refuse(tooLarge(image.sizeBytes, uploadMaxBytes));

  // A door that read the headers has told us hash and metadata: known bytes need not be read again.
  const told = image.metadata && image.sha256;
  if (image.metadata && told) {
    const known = await contents.find(contentIdOf(told, sizes));
    if (known) return conclude(known, image.metadata, { written: false });
  }

  const { key, etag } = image;
  const bytes = key === null ? undefined : await originals.read(key, etag);
  if (!bytes) return missing(image);

  // Whoever told us the hash, a door or a delivery before this one, has inspected these bytes.
  const inspected = image.metadata && told ? { metadata: image.metadata } : await inspect(bytes);
  if ('refusal' in inspected) return refuse(inspected.refusal);
  const { metadata } = inspected;
  const sha256 = image.sha256 ?? createHash('sha256').update(bytes).digest('hex');
  const contentId = contentIdOf(sha256, sizes);

  // Before anything is written it must be known where, so that a deletion finds it all.
  const {
    image: begun,
    record,
    changed,
  } = await changeImage(
    image.imageId,
    (now) =>
      isCurrent(now, 'thumbnails', message) && !(now.beganAt && now.sha256 && now.metadata)
        ? { image: { ...begin(now, deps.now()), sha256, metadata } }
        : undefined,
    deps,
  );
  if (!changed && !isCurrent(begun, 'thumbnails', message)) return;

  const known = told === undefined && (await contents.find(contentId));
  if (known) return conclude(known, metadata, { written: false });

  const shrunk = await shrink(bytes, metadata, sizes);
  if ('refusal' in shrunk) return fail(shrunk.refusal.reason);
  const made = newContent(image, contentId, shrunk, deps.now());
  await write(made, shrunk, deps);
  release(bytes);
  return conclude(made, metadata, { written: true, seen: { record } });

  /**
   * Says in one swap what the image shows from now on, and tells the next worker. What was written
   * is taken for new until that turns out to be wrong: then another had the same bytes.
   */
  async function conclude(
    content: New,
    metadata: Metadata,
    { written, seen }: { written: boolean; seen?: { record: Versioned | undefined } },
  ): Promise<void> {
    let isFirstTry = written;
    const { image: after, changed } = await changeImage(
      message.image_id,
      async (now) => {
        if (!isCurrent(now, 'thumbnails', message) || !isOpen(now.steps.thumbnails))
          return undefined;
        const winner = isFirstTry ? undefined : await contents.find(content.contentId);
        isFirstTry = false;
        // A content that was known a moment ago is gone with its last image: begin again.
        if (!winner && !written) throw new Error('The known content is gone by now.');
        const shown = winner ?? content;
        const own = makerOf(now);
        const ended = end(now, 'thumbnails', { state: 'done' }, effort());
        return {
          image: {
            ...withCaption(ended, shown.caption, effort()),
            metadata,
            firstUploadAt: shown.createdAt,
            content: shownOf(shown),
            // Ours, written in vain because another image was quicker with the same bytes: by us, or by
            // a delivery before this one that was killed.
            ...(now.beganAt &&
              shown.maker !== own && {
                leftovers: [...(now.leftovers ?? []), { contentId: content.contentId, maker: own }],
              }),
          },
          move: winner
            ? { move: 'claim', contentId: winner.contentId, maker: winner.maker }
            : { move: 'create', content },
        };
      },
      deps,
      seen,
    );
    if (!after || after.deleted || after.rev !== message.rev)
      return removeOwn(message, after, deps);
    await clearLeftovers(after, deps);
    if (written && !changed) await removeOwn(message, after, deps);
    await tellNext(after, { workers });
  }

  async function refuse(refusal: Refusal): Promise<void> {
    const { image: after } = await changeImage(
      message.image_id,
      (now) =>
        isCurrent(now, 'thumbnails', message) && isOpen(now.steps.thumbnails)
          ? { image: reject(now, refusal, deps.now()) }
          : undefined,
      deps,
    );
    await tellEnd(after, { workers });
  }

  async function fail(reason: string): Promise<void> {
    const { image: after } = await changeImage(
      message.image_id,
      (now) =>
        isCurrent(now, 'thumbnails', message) && isOpen(now.steps.thumbnails)
          ? { image: end(now, 'thumbnails', { state: 'failed', reason, gaveUp: false }, effort()) }
          : undefined,
      deps,
    );
    await tellEnd(after, { workers });
  }

  /** The object is gone, or another by now. Another has news of its own, which begins a new revision. */
  async function missing({ key, etag }: Image): Promise<void> {
    const head = key === null ? undefined : await originals.head(key);
    if (head && head.etag !== etag) return;
    if (head) throw new Error('The original could not be read, although it is there.');
    await fail('The original is no longer there.');
  }
};

const tooLarge = (sizeBytes: number, most: number): Refusal => ({
  kind: 'contents',
  reason: `The file has ${sizeBytes} bytes; at most ${most} are allowed.`,
});

const newContent = (image: Image, contentId: string, shrunk: Shrunk, now: Date): New => ({
  contentId,
  maker: makerOf(image),
  renditions: shrunk.renditions.map(({ bytes: _, ...rendition }) => rendition),
  placeholder: shrunk.placeholder,
  dominantColor: shrunk.dominantColor,
  createdAt: image.firstUploadAt ?? now.toISOString(),
});

const write = async (content: New, shrunk: Shrunk, { derived }: { derived: Objects }) => {
  await Promise.all(
    shrunk.renditions.map(({ bytes, ...rendition }) =>
      derived.write(renditionKey(content, rendition.name), bytes, {
        contentType: contentTypeOf(rendition),
      }),
    ),
  );
};

/** The same bytes were described before: no need to pay for it again. */
const withCaption = (
  image: Image,
  caption: Caption | undefined,
  effort: ReturnType<ReturnType<typeof startTimer>>,
): Image =>
  caption && image.steps.caption.state === 'pending'
    ? { ...end(image, 'caption', { state: 'done' }, { ...effort, durationMs: 0 }), caption }
    : image;

/**
 * The image was deleted or replaced while we worked, or another delivery found its bytes made by
 * somebody else: what we may have made of it is nobody's.
 */
const removeOwn = async (
  { image_id: imageId, rev }: StepMessage,
  image: Image | undefined,
  { contents, derived, sizes }: Pick<Deps, 'contents' | 'derived' | 'sizes'>,
): Promise<void> => {
  if (!image || mayShowOwn(image, rev)) return;
  const maker = makerOf({ imageId, rev });
  const own = makingsOf(image, sizes).find((making) => making.maker === maker);
  if (!own || (await contents.find(own.contentId))?.maker === maker) return; // others show it still
  await removeRenditions([own], { derived });
};

const mayShowOwn = (image: Image, rev: number): boolean =>
  !image.deleted &&
  image.rev === rev &&
  (image.steps.thumbnails.state !== 'done' || image.content?.maker === makerOf(image));
