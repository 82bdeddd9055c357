import { type CheckResult, fullSize, type Metadata, type Refusal } from '#lib/images/picture.ts';
import { detectKind } from '#lib/media/inspect/magic-bytes.ts';
import { sharpInspect } from '#lib/media/inspect/sharp-inspect.ts';
import { decodePixels, toSharp } from './decode-pixels.ts';
import { hasTransparency } from './has-transparency.ts';

/** PNG where something shows through; else JPEG, in a quality that bears further edits. */
export const sharpCheckResult: CheckResult = async (bytes) => {
  const inspected = await sharpInspect(bytes);
  if ('refusal' in inspected) return refused(inspected.refusal, bytes);
  const pixels = await decodePixels(bytes, inspected.metadata, fullSize, 'preserved');
  if ('refusal' in pixels) return refused(pixels.refusal, bytes);
  const { width, height } = pixels;
  const isTransparent = hasTransparency(pixels);
  const picture = toSharp(pixels);
  const written = isTransparent
    ? picture.png()
    : picture.removeAlpha().jpeg({ quality: 95, chromaSubsampling: '4:4:4' });
  const metadata: Metadata = { width, height, format: isTransparent ? 'png' : 'jpeg' };
  return { bytes: await written.toBuffer(), metadata };
};

const refused = (refusal: Refusal, bytes: Uint8Array) => ({
  refusal: { ...refusal, reason: describeReason(refusal, bytes) },
});

const describeReason = ({ kind, reason }: Refusal, bytes: Uint8Array): string => {
  if (bytes.length === 0) return 'The provider answered an empty file instead of a picture.';
  if (kind === 'contents') return `The provider answered a picture that cannot be used. ${reason}`;
  const found = detectKind(bytes);
  return found && 'other' in found
    ? `The provider answered ${found.other}, which is no picture that we read.`
    : 'The provider answered something that is not a picture.';
};
