import { z } from 'zod';
import { ProviderRefusalError } from './messages.ts';
import type { Provider } from './provider.ts';
import type { ProviderResponse, ResponseLimit } from './request.ts';

/** No genuine edit comes near this; a picture of 8 megapixels as PNG takes about 20 MB. */
const maxBytes = 50_000_000;

/** For responses that are the picture. */
export const pictureLimit: ResponseLimit = { maxBytes, refusal: 'result_too_large' };

/** For responses that hold the picture as base64, four characters for three bytes. */
export const jsonLimit: ResponseLimit = {
  maxBytes: Math.ceil((maxBytes * 4) / 3) + 64 * 1024,
  refusal: 'result_too_large',
};

/**
 * The bytes of a picture in base64, with or without `data:image/…;base64,` before it. Throws
 * ProviderRefusalError where it is none or above 50 MB.
 */
export const decodePicture = (provider: Provider, text: string): Uint8Array => {
  const base64 = text.replace(/^data:[\w/+.-]{1,60};base64,/, '');
  const bytes = Buffer.from(base64, 'base64');
  // A search for one character outside the alphabet is linear; matching all 67 MB might not be.
  if (bytes.byteLength === 0 || /[^\w+/=\s-]/.test(base64))
    throw new ProviderRefusalError('not_a_picture', provider);
  if (bytes.byteLength > maxBytes) throw new ProviderRefusalError('result_too_large', provider);
  return bytes;
};

/** Whether a response is text, whatever its type claims: no supported picture begins like this. */
export const isText = ({ contentType, bytes }: ProviderResponse): boolean =>
  /json|^text\//.test(contentType) || /^\s*[<{["]/.test(bytes.toString('latin1', 0, 64));

const text = z.string().min(1);
const Picture = z.union([
  text,
  z.object({ b64_json: text }).transform((it) => it.b64_json),
  z.object({ image: text }).transform(({ image }) => image),
  z.object({ url: text }).transform(({ url }) => url),
]);
const OneOrMore = z.union([Picture, z.tuple([Picture], Picture).transform(([first]) => first)]);

/** How endpoints and routed providers name the picture in their JSON; the first one found is taken. */
const names = ['image', 'images', 'data', 'output', 'b64_json'] as const;

/** The picture in JSON, as it is written there: base64, a data URL or a URL; undefined without one. */
export const findPicture = (json: unknown): string | undefined => {
  const fields = z.record(z.string(), z.unknown()).safeParse(json).data ?? {};
  return [json, ...names.map((name) => fields[name])]
    .map((candidate) => OneOrMore.safeParse(candidate).data)
    .find((picture) => picture !== undefined);
};
