import { createHash } from 'node:crypto';
import { arrive } from '#lib/images/ingest.ts';
import type { Captioning } from '#lib/images/caption.ts';
import { changeImage } from '#lib/images/update-image.ts';
import { contentIdOf } from '#lib/images/rendition-set.ts';
import type { Contents, Images } from '#lib/images/images.ts';
import type { Objects } from '#lib/images/objects.ts';
import type { CheckResult, Metadata, Size } from '#lib/images/picture.ts';
import { type In, resultImageIdOf, resultKeyOf } from './edit.ts';

/** Who made a result, and how long that took. */
export type Made = { provider: string; model: string; durationMs: number };

export type ResultDeps = {
  images: Images;
  contents: Contents;
  originals: Objects;
  checkResult: CheckResult;
  captioning: Captioning;
  sizes: readonly Size[];
  now: () => Date;
};

type Running = In<'PROCESSING'>;

/** The result that an earlier worker kept before it was killed, now certainly a record. */
export const findResult = async (edit: Running, deps: ResultDeps): Promise<Made | undefined> => {
  const head = await deps.originals.head(resultKeyOf(edit.editId));
  if (!head) return undefined;
  const { labels, etag, sizeBytes, sha256 } = head;
  await record(edit, { etag, sizeBytes, sha256, name: labels['name'] ?? nameOf(edit) }, deps);
  return {
    provider: labels['provider'] ?? 'unknown',
    model: labels['model'] ?? 'unknown',
    durationMs: Math.round(Number(labels['duration-ms'])) || 0,
  };
};

/**
 * Brings what the provider made to the one door, once it has been looked at like any stranger's
 * file. Everything that findResult needs is written with it, in one step.
 */
export const keepResult = async (
  edit: Running,
  { image, provider, model, durationMs }: Made & { image: Uint8Array },
  deps: ResultDeps,
): Promise<Made | { failed: string }> => {
  const checked = await deps.checkResult(image);
  if ('refusal' in checked) return { failed: checked.refusal.reason };
  const { bytes, metadata } = checked;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const name = nameOf(edit, metadata);
  const etag = await deps.originals.write(resultKeyOf(edit.editId), bytes, {
    contentType: `image/${metadata.format}`,
    sha256,
    labels: {
      name,
      'request-id': edit.requestId,
      provider,
      model,
      'duration-ms': String(Math.round(durationMs)),
    },
  });
  await record(edit, { etag, sizeBytes: bytes.byteLength, sha256, metadata, name }, deps);
  return { provider, model, durationMs: Math.round(durationMs) };
};

type Kept = {
  etag: string;
  sizeBytes: number;
  sha256: string | undefined;
  metadata?: Metadata;
  name: string;
};

/** The record that register-image would write, so that the result can be read as soon as it is told. */
const record = async (
  { editId, requestId }: Running,
  { name, ...kept }: Kept,
  deps: ResultDeps,
): Promise<void> => {
  const known = kept.sha256
    ? await deps.contents.find(contentIdOf(kept.sha256, deps.sizes))
    : undefined;
  const arrival = {
    ...kept,
    key: resultKeyOf(editId),
    originalName: name,
    source: 'edit',
    requestId,
    arrivedAt: deps.now(),
    firstUploadAt: known?.createdAt,
  } as const;
  await changeImage(resultImageIdOf(editId), (image) => arrive(image, arrival, deps), deps);
};

const nameOf = ({ editId }: Running, metadata?: Metadata): string => {
  const extension = metadata?.format === 'jpeg' ? 'jpg' : metadata?.format;
  return `edit-${resultImageIdOf(editId).slice(0, 8)}${extension ? `.${extension}` : ''}`;
};
