import { imageIdOf } from '#lib/images/image.ts';

const idPattern = /^[a-z2-7]{26}$/;
const imagePath =
  /^\/(?:api\/images\/([a-z2-7]{26})(?:\/.*)?|api\/image\/([a-z2-7]{26})\.[a-z]+|i\/([a-z2-7]{26})\/.*)$/;

/**
 * The id of our image that a client names by id, file_path, or any URL of it on our host; undefined for
 * a URL of another host.
 */
export const parseOwnImageUrl = (text: string, baseUrl: string): string | undefined => {
  if (idPattern.test(text)) return text;
  if (!URL.canParse(text)) return imageIdOf(text);
  const url = new URL(text);
  const base = new URL(baseUrl);
  if (hostAndPort(url) !== hostAndPort(base)) return undefined;
  const prefix = base.pathname.replace(/\/$/, '');
  if (!url.pathname.startsWith(prefix)) return undefined;
  const [, ...ids] = imagePath.exec(url.pathname.slice(prefix.length)) ?? [];
  return ids.find(Boolean);
};

/** Interchangeable on the local stack: a link may have one, the next request another. */
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

const hostAndPort = ({ hostname, port }: URL): string =>
  `${loopback.has(hostname) ? 'localhost' : hostname}:${port}`;
