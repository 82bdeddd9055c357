import { imageIdOf } from '#lib/images/image.ts';

const idPattern = /^[a-z2-7]{26}$/;
const imagePath = /^\/api\/(?:images\/([a-z2-7]{26})(?:\/.*)?|image\/([a-z2-7]{26})\.[a-z]+)$/;

/**
 * The image of ours that a caller means by its id, its file_path, or any URL of it at our address;
 * undefined where it is somebody else's URL.
 */
export const parseOwnImageUrl = (text: string, baseUrl: string): string | undefined => {
  if (idPattern.test(text)) return text;
  if (!URL.canParse(text)) return imageIdOf(text);
  const url = new URL(text);
  const base = new URL(baseUrl);
  if (hostAndPort(url) !== hostAndPort(base)) return undefined;
  const prefix = base.pathname.replace(/\/$/, '');
  if (!url.pathname.startsWith(prefix)) return undefined;
  const [, byId, byFilename] = imagePath.exec(url.pathname.slice(prefix.length)) ?? [];
  return byId ?? byFilename;
};

/** On the local stack people mix these: the link says one, the next request the other. */
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

const hostAndPort = ({ hostname, port }: URL): string =>
  `${loopback.has(hostname) ? 'localhost' : hostname}:${port}`;
