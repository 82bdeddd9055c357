import { z } from 'zod';
import type { Answer, Bound } from './ask-provider.ts';
import { type Provider, ProviderRefusal } from './provider.ts';

/** No honest edit comes near this; a picture of 8 megapixels as PNG takes about 20 MB. */
const mostPictureBytes = 50_000_000;

const complaint = `more than ${mostPictureBytes / 1e6} MB, which is more than is taken for a picture.`;

/** For answers that are the picture. */
export const pictureFile: Bound = { mostBytes: mostPictureBytes, complaint };

/** For answers that hold the picture as base64, four characters for three bytes. */
export const pictureAnswer: Bound = {
  mostBytes: Math.ceil((mostPictureBytes * 4) / 3) + 64 * 1024,
  complaint,
};

/** The bytes of a picture written as base64, with or without `data:image/…;base64,` before it. */
export const decodedPicture = ({ label }: Pick<Provider, 'label'>, written: string): Uint8Array => {
  const base64 = written.replace(/^data:[\w/+.-]{1,60};base64,/, '');
  const bytes = Buffer.from(base64, 'base64');
  // One look for what does not belong: over 67 MB, a pattern of the whole could take for ever.
  if (bytes.byteLength === 0 || /[^\w+/=\s-]/.test(base64))
    throw new ProviderRefusal(`${label} answered with something that is no picture.`);
  if (bytes.byteLength > mostPictureBytes)
    throw new ProviderRefusal(`${label} answered with ${complaint}`);
  return bytes;
};

/** Whether an answer is text, whatever its type claims: no picture that is taken begins like this. */
export const isText = ({ contentType, bytes }: Answer): boolean =>
  /json|^text\//.test(contentType) || /^\s*[<{["]/.test(bytes.toString('latin1', 0, 64));

const text = z.string().min(1);

const Held = z.union([
  text,
  z.object({ b64_json: text }).transform((held) => held.b64_json),
  z.object({ image: text }).transform(({ image }) => image),
  z.object({ url: text }).transform(({ url }) => url),
]);
const OneOrMore = z.union([Held, z.tuple([Held], Held).transform(([first]) => first)]);

/** How endpoints and partners name the picture in their JSON; the first that is there is taken. */
const names = ['image', 'images', 'data', 'output', 'b64_json'] as const;

/**
 * The picture in JSON of many makers, as it is written there: base64, a data URL or an address.
 * Undefined where there is none.
 */
export const pictureWrittenIn = (json: unknown): string | undefined => {
  const itself = OneOrMore.safeParse(json);
  if (itself.success) return itself.data;
  const fields = z.record(z.string(), z.unknown()).safeParse(json).data ?? {};
  for (const name of names) {
    const found = OneOrMore.safeParse(fields[name]);
    if (found.success) return found.data;
  }
  return undefined;
};
