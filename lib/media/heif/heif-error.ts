import { type LibHeif, readU32 } from './libheif.ts';

/** What libheif says is wrong with a file, by its numbers; its words are for programmers. */
export class HeifError extends Error {
  override readonly name = 'HeifError';
  readonly code: number;
  readonly subcode: number;
  constructor(code: number, subcode: number, message: string) {
    super(message);
    this.code = code;
    this.subcode = subcode;
  }
}

/** heif_error_code (heif_error.h). */
export const heifErrors = { unsupportedFiletype: 3, unsupportedFeature: 4, memory: 6 };

/** Throws what libheif has written into its heif_error. */
export const throwIfFailed = (lib: LibHeif, error: number): void => {
  const code = readU32(lib, error);
  if (code === 0) return;
  const start = readU32(lib, error + 8);
  const end = start ? lib.HEAPU8.indexOf(0, start) : 0;
  const message = Buffer.from(lib.HEAPU8.subarray(start, Math.min(end, start + 500)));
  throw new HeifError(code, readU32(lib, error + 4), message.toString('latin1'));
};
