/**
 * The URLs of one cell, in order, as they were written. Between them may stand commas, semicolons,
 * bars, spaces and line breaks, in any number. But the first three may also be part of a URL
 * (`…/w_200,h_100/x.jpg`), so they divide only
 *
 * - before something that begins like a URL (`https://…`, `ftp://…`, `//…`, `www.…`), or
 * - where what follows cannot well be the rest of the URL: see `goesOn`.
 *
 * Pieces that are no URLs are answered too, so that somebody can be told.
 */
export const splitUrls = (cell: string): string[] =>
  cell
    .split(/\s+/) // a URL has no spaces (RFC 3986, appendix C)
    .flatMap((word) => word.split(beforeUrl))
    .flatMap(splitAtSeparators);

// A run of separators is looked at from its beginning only: tried from each of them it would be read
// as often as it is long, and somebody may send a megabyte of commas.
const beforeUrl =
  /(?<![,;|])[,;|]+(?=[a-z][a-z0-9+.-]{0,20}:\/\/|\/\/|www\.|(?:data|javascript|mailto):)/i;
const atStart = /^[,;|]+/;
const atEnd = /(?<![,;|])[,;|]+$/;

/** A URL as far as it has been put together, piece by piece: never read again from its beginning. */
type PartialUrl = {
  start: number;
  end: number;
  kind: 'data' | 'web' | 'none';
  last: string;
  inQuery: boolean;
};

const splitAtSeparators = (text: string): string[] => {
  const urls: string[] = [];
  // Separators at the ends divide nothing: "a, b," is two URLs.
  const inner = text.replace(atStart, '').replace(atEnd, '');
  const lastSlash = inner.lastIndexOf('/');
  let url: PartialUrl | undefined;
  let end = 0;
  for (const [, separator = '', piece = ''] of inner.matchAll(/(^|[,;|])([^,;|]*)/g)) {
    const start = end + separator.length;
    end = start + piece.length;
    const slashFollows = lastSlash >= start;
    if (url && continuesUrl(url, separator, piece, slashFollows))
      url = { ...url, end, last: piece, inQuery: url.inQuery || isQuery(piece) };
    else {
      if (url) urls.push(inner.slice(url.start, url.end));
      url = piece
        ? { start, end, kind: classify(piece), last: piece, inQuery: isQuery(piece) }
        : undefined;
    }
  }
  if (url) urls.push(inner.slice(url.start, url.end));
  return urls;
};

/** No separator can stand in what tells, so the first piece says it. */
const classify = (piece: string): PartialUrl['kind'] => {
  if (/^data:/i.test(piece)) return 'data';
  return /^https?:\/\//i.test(piece) ? 'web' : 'none';
};
const isQuery = (piece: string): boolean => /[?#]/.test(piece);

const pictureName = /\.(?:jpe?g|jfif|png|webp|gif|avif|tiff?|bmp|hei[cf]|svg)$/i;

/**
 * Whether the piece behind a separator is the rest of the URL before it. In a query nearly
 * anything may be (`?crop=0,0,100,100`), in a path what leads to a further segment
 * (`/w_200,h_100/x.jpg`) unless a picture's name was complete. So `…/a.jpg,oops` is two pieces,
 * the second no URL. A comma that is read wrongly can be written as %2C.
 */
const continuesUrl = (
  { kind, last, inQuery }: PartialUrl,
  separator: string,
  piece: string,
  slashFollows: boolean,
): boolean => {
  if (kind !== 'web') return kind === 'data'; // no URL of ours, but one piece, to be named once
  if (inQuery) return true;
  if (separator === ';' && /^[\w.~-]+=/.test(piece)) return true; // /a.jpg;jsessionid=12
  return slashFollows && !pictureName.test(last);
};

const maxLength = 2048; // what the usual browsers, proxies and servers take

/** Why this cannot be fetched as a picture's address; undefined where it can be tried. */
export const urlError = (text: string): string | undefined => {
  // URL.parse alone would take `http:host`, and `https:\\host`.
  if (!/^https?:\/\/[^\s/?#]/i.test(text) || !URL.canParse(text))
    return 'is not an http:// or https:// URL';
  if (text.length > maxLength)
    return `has ${text.length} characters, and a URL may have at most ${maxLength}`;
  if (/\p{Cc}/u.test(text)) return 'contains a control character';
  return undefined;
};
