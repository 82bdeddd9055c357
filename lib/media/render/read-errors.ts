import { type Format, type Refusal, type RefusalCode, refusal } from '#lib/images/picture.ts';
import { isMachineFault, undecodableRefusal } from '#lib/media/inspect/decode-errors.ts';
import { missingJpegShare } from '#lib/media/inspect/jpeg-data.ts';
import { lacksScans } from '#lib/media/inspect/jpeg-scans.ts';

/** A refusal that is known by its reason already, on its way out of a decoder. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, reason: string) {
    super(reason);
    this.code = code;
  }
}

/** What libvips ends at: sharp's `failOn`. */
export type Tolerance = 'error' | 'warning';

type Step<T> = (bytes: Uint8Array, failOn: Tolerance) => Promise<T>;

/** A step that reads untrusted bytes: what fails in it is their fault, unless it is the machine's. */
export const whileReading = async <T>(
  bytes: Uint8Array,
  format: Format,
  step: Step<T>,
): Promise<T | { refusal: Refusal }> => {
  try {
    return await (format === 'jpeg' ? readJpeg(bytes, step) : step(bytes, 'error'));
  } catch (error) {
    if (error instanceof Refused) return { refusal: refusal(error.code, error.message) };
    if (isMachineFault(error)) throw error;
    return { refusal: undecodableRefusal(error, format) };
  }
};

const endMarker = Buffer.from([0xff, 0xd9]);
const lacksEnd = /premature end of JPEG/i;

/**
 * libjpeg fills what is missing with grey and only warns; and it complains as much of a missing end
 * marker as of missing pixels. So every warning is looked into: first the end marker is added, then
 * the blocks that have data are counted, and the scans that should follow. A whole picture is then read without regard to warnings.
 */
const readJpeg = async <T>(bytes: Uint8Array, step: Step<T>): Promise<T> => {
  try {
    return await step(bytes, 'warning');
  } catch (error) {
    if (error instanceof Refused || isMachineFault(error)) throw error;
    const isUnended = error instanceof Error && lacksEnd.test(error.message);
    const ended = isUnended ? Buffer.concat([bytes, endMarker]) : bytes;
    const missing = missingJpegShare(ended);
    if (missing !== undefined && missing > 0)
      throw new Refused('truncated_file', endsTooSoon(missing));
    if (isUnended && lacksScans(bytes)) throw new Refused('truncated_file', endsBeforeLastScan);
    if (missing === undefined)
      return isUnended ? step(ended, 'warning') : readUncounted(ended, step, error);
    return step(ended, 'error');
  }
};

/** Progressive ones are not counted: there libjpeg's word on missing data is all there is. */
const readUncounted = <T>(bytes: Uint8Array, step: Step<T>, error: unknown): Promise<T> => {
  const isShort = error instanceof Error && /premature end of data/i.test(error.message);
  if (isShort) throw new Refused('truncated_file', endsTooSoon());
  return step(bytes, 'error');
};

const endsBeforeLastScan =
  'The JPEG picture ends too soon: some of its detail or colour is missing. Send the whole file again.';

const endsTooSoon = (missing?: number): string => {
  const share = missing === undefined ? 'some' : `${Math.max(1, Math.round(missing * 100))} %`;
  return `The JPEG picture ends too soon: ${share} of its pixels are missing. Send the whole file again.`;
};
