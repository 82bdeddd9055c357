import { RetryLaterError } from '#lib/retry-later-error.ts';
import { isCurrent, isOpen, withStepEnded } from './advance-steps.ts';
import type { Caption, Describe } from './caption.ts';
import { endStep, failStep, finishEarlierEnd, type StepDeps, type StepEnded } from './end-step.ts';
import { notifyBatch } from './enqueue-steps.ts';
import type { ImageRenditions } from './image.ts';
import type { ImageDeps } from './image-deps.ts';
import type { StepMessage } from './messages.ts';
import { optimizedSize } from './picture.ts';
import { renditionKey } from './rendition-set.ts';
import { startTimer } from './timer.ts';

type Deps = StepDeps &
  Pick<ImageDeps, 'now' | 'renditionSets' | 'derived'> & {
    describe: Describe;
    /** Longer than any description takes: a lease that ends earlier is of a worker that was killed. */
    captionLeaseMs: number;
  };

/**
 * Has a model describe the largest thumbnail of an image. The original is never sent. Bytes are paid
 * for once: copies of a message, and images with the same bytes, find the caption or the lease of the
 * worker that is having it written.
 */
export const writeCaption = async (
  message: StepMessage,
  attempts: number,
  deps: Deps,
): Promise<StepEnded> => {
  const measure = startTimer(attempts, deps);
  const record = await deps.images.find(message.image_id);
  const image = record?.image;
  const unchanged = { image, changed: false };
  if (!record || !isCurrent(image, 'caption', message)) return unchanged;
  if (!isOpen(image.steps.caption)) {
    await finishEarlierEnd(record, deps);
    return unchanged;
  }
  const { renditionSet } = image;
  if (!renditionSet) return unchanged; // its thumbnails are being made anew, and enqueue this step when done

  const described = await describeOnce(renditionSet, attempts, deps);
  if (described === undefined) return unchanged;
  if (!described.ok) {
    const { kind, reason } = described;
    const failed = { code: 'provider_refused', reason } as const;
    return { ...(await failStep(message, 'caption', failed, { ...deps, measure })), kind };
  }
  const { caption } = described;
  const ended = await endStep(
    message,
    'caption',
    (now) => ({
      image: { ...withStepEnded(now, 'caption', { state: 'done' }, measure()), caption },
    }),
    { ...deps, measure },
  );
  await notifyBatch(ended.image, deps);
  return ended;
};

type Described = Awaited<ReturnType<Describe>>;

/** Undefined where there is nothing to describe. Throws RetryLaterError while another worker has it described. */
const describeOnce = async (
  set: ImageRenditions,
  attempts: number,
  deps: Deps,
): Promise<Described | undefined> => {
  const { renditionSets, captionLeaseMs } = deps;
  const [largest] = set.renditions
    .filter(({ name }) => name !== optimizedSize.name) // as large as the original
    .toSorted((a, b) => b.width - a.width);
  if (!largest) return undefined;

  const now = deps.now();
  const until = new Date(now.getTime() + captionLeaseMs);
  const lease = await renditionSets.leaseCaption(set, { now, until });
  if ('gone' in lease) return undefined; // deleted with its last image
  if ('caption' in lease) return { ok: true, caption: lease.caption };
  if ('heldUntil' in lease) throw heldByAnother(lease.heldUntil, now, attempts);

  const described = await describe(renditionKey(set, largest.name), deps).catch(async (error) => {
    await release(set, undefined, deps);
    throw error;
  });
  await release(set, described.ok ? described.caption : undefined, deps);
  return described;
};

/**
 * Most are described within seconds, so the first retry comes soon. A second one waits until the lease
 * ends: its worker may have been killed, and a message has eight receives only.
 */
const heldByAnother = (until: Date, now: Date, attempts: number): RetryLaterError =>
  new RetryLaterError(
    'Another worker is having this picture described.',
    attempts > 1 ? Math.ceil((until.getTime() - now.getTime()) / 1000) + 1 : undefined,
  );

const describe = async (key: string, deps: Deps): Promise<Described> => {
  const jpeg = await deps.derived.read(key);
  if (!jpeg) throw new Error(`There is no rendition ${key}.`);
  return deps.describe(jpeg);
};

/** If even that fails, the lease ends by its time, and the caption is the image's alone. */
const release = (
  set: ImageRenditions,
  caption: Caption | undefined,
  { renditionSets }: Deps,
): Promise<void> => renditionSets.releaseCaption(set, caption).catch(() => undefined);
