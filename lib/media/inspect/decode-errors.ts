import { type Format, type Refusal, refusal } from '#lib/images/picture.ts';
import { labels } from './format-names.ts';

/**
 * How libvips and its decoders say that memory, threads or files ran out. Reading a picture's
 * bytes depends on nothing else but the bytes, so that every other failure is the picture's.
 */
const ofTheMachine =
  /(out of|insufficient|not enough) memory|(cannot|unable to|failed to|could not) (m?alloc|create thread)|alloc\w* (fail|error)|no space for|ENOMEM|too many open files/i;

/**
 * Allocations that the file demands: libheif refuses absurd sizes, and libtiff calls every list
 * that it will not read, an empty one too, a failure to allocate.
 */
const ofTheFile = /security limit|exceeds limit|tiff2vips|elements? of \d+ bytes/i;

const endsTooSoon =
  /premature|unexpected end|end of (file|data|stream|input)|EOF|insufficient (input )?data|not enough data|truncated|read gave/i;

/**
 * All that libpng's reader reports: a wrong checksum, broken compression and a missing end alike.
 */
const mayEndTooSoon = /read error/i;

/** Whether trying again, or elsewhere, may help. */
export const isMachineFault = (error: unknown): boolean =>
  ofTheMachine.test(toMessage(error)) && !ofTheFile.test(toMessage(error));

/**
 * The refusal for a picture whose pixels could not be decoded, in our words: the decoders' own are
 * many lines for programmers, and for a broken PNG there are none at all.
 */
export const undecodableRefusal = (error: unknown, format: Format): Refusal => {
  const message = toMessage(error);
  const subject = `The ${labels[format]} picture`;
  if (endsTooSoon.test(message))
    return refusal(
      'truncated_file',
      `${subject} ends too soon: part of the file is missing. Send the whole file again.`,
    );
  const advice = mayEndTooSoon.test(message)
    ? 'is damaged or ends too soon, and cannot be decoded. Send the whole file again, or export it anew.'
    : 'is damaged and cannot be decoded. Export it again and send the new file.';
  return refusal('damaged_file', `${subject} ${advice}`);
};

const toMessage = (error: unknown) => (error instanceof Error ? error.message : String(error));
