import type { Format, Refusal } from '#lib/images/picture.ts';
import { labels } from './claims.ts';

/**
 * How libvips and its decoders say that memory, threads or files ran out. Reading a picture's
 * bytes depends on nothing else but the bytes, so that every other failure is the picture's.
 */
const ofTheMachine =
  /(out of|insufficient|not enough) memory|(cannot|unable to|failed to|could not) (m?alloc|create thread)|alloc\w* (fail|error)|no space for|ENOMEM|too many open files/i;

/** libheif's refusal of absurd sizes, which speaks of allocations too. */
const ofItsLimits = /security limit|exceeds limit/i;

const endsTooSoon =
  /premature|unexpected end|end of (file|data|stream|input)|EOF|insufficient (input )?data|not enough data|truncated|read gave|read error|bad seek/i;

/** Whether trying again, or elsewhere, may help. */
export const isMachineFault = (error: unknown): boolean =>
  ofTheMachine.test(messageOf(error)) && !ofItsLimits.test(messageOf(error));

/**
 * The refusal for a picture whose pixels could not be decoded, in our words: the decoders' own are
 * many lines for programmers, and for a broken PNG there are none at all.
 */
export const undecodable = (error: unknown, format: Format): Refusal => {
  const label = labels[format];
  const reason = endsTooSoon.test(messageOf(error))
    ? `The ${label} picture ends too soon: part of the file is missing. Send the whole file again.`
    : `The ${label} picture is damaged and cannot be decoded. Export it again and send the new file.`;
  return { kind: 'contents', reason };
};

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
