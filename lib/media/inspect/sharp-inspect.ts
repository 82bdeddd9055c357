import type { Metadata as Header } from 'sharp';
import { heicReason } from '#lib/images/claims.ts';
import type { Claims, Format, Inspect, Metadata, Refusal } from '#lib/images/picture.ts';
import { maxFrames, sharp } from '#lib/media/sharp.ts';
import { exceedsFrames } from './count-frames.ts';
import { isMachineFault } from './decode-errors.ts';
import { labels, readClaims } from './format-names.ts';
import { count, findLimitViolation } from './limits.ts';
import { detectKind, type Kind } from './magic-bytes.ts';

/** Inspects by magic bytes first and libvips' header readers second; see the port for the rest. */
export const sharpInspect: Inspect = async (bytes, claims) => {
  if (bytes.length === 0) return refused('contents', 'The file is empty.');
  const kind = detectKind(bytes);
  if (!kind || 'other' in kind) return refused('type', foreign(kind, claims));
  const { format } = kind;
  const lie = disagreement(format, claims);
  if (lie) return refused('type', lie);
  if (exceedsFrames(maxFrames, format, bytes))
    return refused('contents', `The ${labels[format]} holds more than ${count(maxFrames)} frames.`);
  const header = await headerOf(bytes);
  if (!header || formatOf(header) !== format)
    return refused(
      'contents',
      `The header of the ${labels[format]} file cannot be read: it is damaged or incomplete.`,
    );
  const tooDear = findLimitViolation(header, format, bytes);
  return tooDear ? refused('contents', tooDear) : { metadata: metadataOf(header, format) };
};

const refused = (kind: Refusal['kind'], reason: string) => ({ refusal: { kind, reason } });

const readable = `${Object.values(labels).slice(0, -1).join(', ')} or ${labels.tiff}`;

const foreign = (kind: Exclude<Kind, { format: Format }> | undefined, claims: Claims): string => {
  if (kind?.other === 'HEIC') return heicReason;
  const lies = readClaims(claims).filter(({ label }) => label !== kind?.other);
  const said = lies.map((lie) => lie.said);
  const although = said.length ? `, although ${said.join(' and ')}` : '';
  const what = kind ? `the file is ${kind.other}` : 'the file is no picture that we recognise';
  return `invalid file format: ${what}${although}. Send a ${readable} picture.`;
};

const disagreement = (format: Format, claims: Claims): string | undefined => {
  const lies = readClaims(claims).filter(({ label }) => label !== labels[format]);
  if (lies.length === 0) return undefined;
  return `invalid file format: the file is ${labels[format]}, but ${lies.map(({ said }) => said).join(' and ')}. Make them agree and send it again.`;
};

const headerOf = async (bytes: Uint8Array): Promise<Header | undefined> => {
  try {
    // No pixel limit here: it would hide the numbers that the refusal should say.
    return await sharp(bytes, { failOn: 'error', limitInputPixels: false }).metadata();
  } catch (error) {
    if (isMachineFault(error)) throw error;
    return undefined;
  }
};

/** libvips calls AVIF by its container. */
const formatOf = ({ format, compression }: Header) =>
  format === 'heif' && compression === 'av1' ? 'avif' : format;

const metadataOf = ({ autoOrient }: Header, format: Format): Metadata => ({
  width: autoOrient.width,
  height: autoOrient.height,
  format,
});
