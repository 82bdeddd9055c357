import { createHash } from 'node:crypto';
import { type Failure, failure } from '#lib/failure.ts';
import { imageIdOf, type MadeByEdit } from '#lib/images/image.ts';
import type { ImageDeps } from '#lib/images/image-deps.ts';
import { ingest } from '#lib/images/ingest.ts';
import type { CheckResult, Metadata } from '#lib/images/picture.ts';
import { renditionSetIdFor } from '#lib/images/rendition-set.ts';
import { updateImage } from '#lib/images/update-image.ts';
import { type In, resultImageId, resultKey } from './edit.ts';

/** The provider and model that made a result, how long that took, and the ETag of its object. */
export type EditResult = {
  ok: true;
  provider: string;
  model: string;
  durationMs: number;
  etag: string;
};

export type ResultDeps = Pick<
  ImageDeps,
  'images' | 'renditionSets' | 'originals' | 'captioning' | 'sizes' | 'now'
> & { checkResult: CheckResult };

type Running = In<'PROCESSING'>;

/** The result that an earlier worker stored before it was killed. Makes sure that it has a record. */
export const findResult = async (
  edit: Running,
  deps: ResultDeps,
): Promise<EditResult | undefined> => {
  const head = await deps.originals.head(resultKey(edit.editId));
  if (!head) return undefined;
  const { userMetadata, etag, sizeBytes, sha256 } = head;
  const { name = resultName(edit), provider = 'unknown', model = 'unknown' } = userMetadata;
  const durationMs = Math.round(Number(userMetadata['duration-ms'])) || 0;
  await record(edit, { etag, sizeBytes, sha256, name, provider, model }, deps);
  return { ok: true, etag, provider, model, durationMs };
};

/**
 * Ingests the provider's result, once it was checked like any untrusted file. Everything that findResult
 * needs is stored with it, in one write.
 */
export const saveResult = async (
  edit: Running,
  { image, provider, model, durationMs }: Omit<EditResult, 'etag'> & { image: Uint8Array },
  deps: ResultDeps,
): Promise<EditResult | Failure<'result_unusable'>> => {
  const checked = await deps.checkResult(image);
  if ('refusal' in checked) return failure('result_unusable', checked.refusal.reason);
  const { bytes, metadata } = checked;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const name = resultName(edit, metadata);
  const etag = await deps.originals.write(resultKey(edit.editId), bytes, {
    contentType: `image/${metadata.format}`,
    sha256,
    userMetadata: {
      name,
      'request-id': edit.requestId,
      provider,
      model,
      'duration-ms': String(Math.round(durationMs)),
    },
  });
  const sizeBytes = bytes.byteLength;
  await record(edit, { etag, sizeBytes, sha256, metadata, name, provider, model }, deps);
  return { ok: true, provider, model, durationMs: Math.round(durationMs), etag };
};

type NewObject = {
  etag: string;
  sizeBytes: number;
  sha256: string | undefined;
  metadata?: Metadata;
  name: string;
  provider: string;
  model: string;
};

/** Writes the record that register-image would write, so that the result can be read at once. */
const record = async (
  edit: Running,
  { name, provider, model, ...object }: NewObject,
  deps: ResultDeps,
): Promise<void> => {
  const known = object.sha256
    ? await deps.renditionSets.find(renditionSetIdFor(object.sha256, deps.sizes))
    : undefined;
  const incoming = {
    ...object,
    key: resultKey(edit.editId),
    originalName: name,
    source: 'edit',
    requestId: edit.requestId,
    receivedAt: deps.now(),
    firstUploadAt: known?.createdAt,
    edit: madeBy(edit, { provider, model }),
  } as const;
  await updateImage(resultImageId(edit.editId), (image) => ingest(image, incoming, deps), deps);
};

const madeBy = (
  { editId, prompt, source }: Running,
  by: { provider: string; model: string },
): MadeByEdit => ({
  editId,
  prompt,
  ...(source.from === 'image' && { sourceImageId: imageIdOf(source.key) }),
  ...by,
});

const resultName = ({ editId }: Running, metadata?: Metadata): string => {
  const extension = metadata?.format === 'jpeg' ? 'jpg' : metadata?.format;
  return `edit-${resultImageId(editId).slice(0, 8)}${extension ? `.${extension}` : ''}`;
};
