import type { Metadata as Header } from 'sharp';
import {
  emptyRefusal,
  type Format,
  type Inspect,
  type Metadata,
  type RefusalCode,
  refusal,
} from '#lib/images/picture.ts';
import { readHeif } from '#lib/media/heif/read-heif.ts';
import { isSideways } from '#lib/media/heif/turns.ts';
import { maxFrames, sharp } from '#lib/media/sharp.ts';
import { exceedsFrames } from './count-frames.ts';
import { isMachineFault } from './decode-errors.ts';
import { labels } from './format-names.ts';
import { defaultLimits, findLimitViolation, formatCount, type Limits } from './limits.ts';
import { detectKind, type Kind } from './magic-bytes.ts';
import { findOrientation } from './orientation.ts';
import { readableForm } from './readable-form.ts';
import { findUnsupportedFeature } from './unsupported-features.ts';

export type InspectSettings = Limits & {
  /** False refuses HEIC and HEIF. */
  heic: boolean;
};

/** Inspects by magic bytes first and libvips' header readers second; see the port for the rest. */
export const sharpInspectWith =
  (settings: InspectSettings): Inspect =>
  async (bytes) => {
    if (bytes.length === 0) return { refusal: emptyRefusal };
    const kind = detectKind(bytes);
    if (!kind || 'other' in kind) return refused('unsupported_format', foreign(kind));
    const { format } = kind;
    if (format === 'heic' && !settings.heic) return refused('unsupported_format', heicIsOff);
    if (exceedsFrames(maxFrames, format, bytes))
      return refused(
        'too_many_frames',
        `The ${labels[format]} holds more than ${formatCount(maxFrames)} frames.`,
      );
    const feature = findUnsupportedFeature(bytes, format);
    if (feature) return refused('unsupported_feature', unsupported(format, feature));
    return inspectHeader(readableForm(bytes, format), format, settings);
  };

/** With the limits that hold where nothing is set. */
export const sharpInspect: Inspect = sharpInspectWith({ ...defaultLimits, heic: true });

const inspectHeader = async (bytes: Uint8Array, format: Format, limits: Limits) => {
  const header = await readHeader(bytes, format);
  if (!header)
    return refused(
      'damaged_file',
      `The header of the ${labels[format]} file cannot be read: it is damaged or incomplete.`,
    );
  const violation = findLimitViolation(header, format, bytes, limits);
  if (violation) return { refusal: violation };
  return { metadata: await seenAs(bytes, header, format) };
};

const refused = (code: RefusalCode, reason: string) => ({ refusal: refusal(code, reason) });

const readable = `${Object.values(labels).slice(0, -1).join(', ')} or ${labels.heic}`;

const foreign = (kind: Exclude<Kind, { format: Format }> | undefined): string =>
  kind
    ? `invalid file format: the file is ${kind.other}, which is not read here. ${kind.advice ?? `Send a ${readable} picture.`}`
    : `invalid file format: the file is no picture that we recognise. Send a ${readable} picture.`;

const heicIsOff =
  'invalid file format: the file is HEIC, which is switched off here. Export it as JPEG and send that, or choose "Most Compatible" under Camera › Formats in the iPhone\'s settings before taking it.';

const unsupported = (format: Format, feature: string): string =>
  `The ${labels[format]} file uses ${feature}, which is not supported here. Save it without, or as a JPEG or PNG, and send that.`;

const readHeader = async (bytes: Uint8Array, format: Format): Promise<Header | undefined> => {
  try {
    // No pixel limit here: it would hide the numbers that the refusal should say.
    const header = await sharp(bytes, { failOn: 'error', limitInputPixels: false }).metadata();
    return formatIn(header) === format ? header : undefined;
  } catch (error) {
    if (isMachineFault(error)) throw error;
    return undefined;
  }
};

/** libvips calls AVIF and HEIC by their container. */
const formatIn = ({ format, compression }: Header): string => {
  if (format !== 'heif') return format;
  return compression === 'av1' ? 'avif' : 'heic';
};

const seenAs = async (bytes: Uint8Array, header: Header, format: Format): Promise<Metadata> => {
  const { width, height, autoOrient } = header;
  if (format === 'heic' || format === 'avif') return { ...heifSize(bytes, header), format };
  const orientation = await findOrientation(bytes, format, header);
  if (orientation === (header.orientation ?? 1))
    return { width: autoOrient.width, height: autoOrient.height, format };
  return isSideways(orientation)
    ? { width: height, height: width, format }
    : { width, height, format };
};

/** Turned and cropped as libvips says, which reads the same boxes as we do. */
const heifSize = (bytes: Uint8Array, { autoOrient }: Header) => {
  const heif = readHeif(bytes);
  if (!heif || heif.isCropped) return { width: autoOrient.width, height: autoOrient.height };
  return isSideways(heif.orientation)
    ? { width: heif.height, height: heif.width }
    : { width: heif.width, height: heif.height };
};
