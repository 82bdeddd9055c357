import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a link says about itself; `v` and `e` as they stand in its query, empty where missing. */
export type SignedLink = { imageId: string; preset: string; v: string; e: string };

/**
 * HMAC-SHA256, base64url, 43 characters. The format is not part of it, so that one signature serves
 * a whole `<picture>`. infra/deploy/cdn/viewer-function.js computes the same at the edge.
 */
export const sign = ({ imageId, preset, v, e }: SignedLink, secret: string): string =>
  createHmac('sha256', secret).update([imageId, preset, v, e].join('\n')).digest('base64url');

/**
 * Whether one of the secrets made this signature. All of them are tried and compared in constant
 * time, so that the response time reveals nothing. What no link of ours can hold never matches:
 * the fields would be ambiguous.
 */
export const isSignedBy = (
  link: SignedLink,
  signature: string,
  secrets: readonly string[],
): boolean => {
  const given = Buffer.from(signature);
  let fits = false;
  for (const secret of secrets) {
    const expected = Buffer.from(sign(link, secret));
    if (given.length === expected.length && timingSafeEqual(given, expected)) fits = true;
  }
  return fits && isWellFormed(link);
};

const isWellFormed = ({ v, e }: SignedLink): boolean =>
  /^[\w-]{0,64}$/.test(v) && (e === '' || /^\d{1,12}$/.test(e));

/** Whether a link is past its end. One without `e` never is; one whose `e` is no time always is. */
export const isExpired = (e: string, now: Date): boolean =>
  e !== '' && !(/^\d{1,12}$/.test(e) && Number(e) * 1000 > now.getTime());

const minSecretLength = 16;

/** `DELIVERY_SECRET`: the first signs, every one verifies. Throws where one could be guessed. */
export const parseSecrets = (text: string): [string, ...string[]] => {
  const [first, ...rest] = text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
  if (first === undefined || [first, ...rest].some(({ length }) => length < minSecretLength))
    throw new Error(
      `DELIVERY_SECRET must be a list of secrets of at least ${minSecretLength} characters each, separated by commas.`,
    );
  return [first, ...rest];
};
