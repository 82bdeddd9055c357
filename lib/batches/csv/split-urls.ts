/**
 * Splits a cell into its URLs, in order. They are separated by commas, semicolons, bars, spaces and line
 * breaks, in any number. But the first three may also be part of a URL (`…/w_200,h_100/x.jpg`), so they
 * separate only
 *
 * - before something that begins like a URL (`https://…`, `ftp://…`, `//…`, `www.…`), or
 * - where what follows is not likely the rest of the URL: see `continuesUrl`.
 *
 * Pieces that are no URLs are returned too, so that they can be reported.
 */
export const splitUrls = (cell: string): string[] =>
  cell
    .split(/\s+/) // a URL has no spaces (RFC 3986, appendix C)
    .flatMap((word) => word.split(beforeUrl))
    .flatMap(splitAtSeparators);

// A run of separators is matched from its beginning only: matched from each of them, a megabyte of
// commas would take quadratic time.
const beforeUrl =
  /(?<![,;|])[,;|]+(?=[a-z][a-z0-9+.-]{0,20}:\/\/|\/\/|www\.|(?:data|javascript|mailto):)/i;
const atStart = /^[,;|]+/;
const atEnd = /(?<![,;|])[,;|]+$/;

/** A URL that is being joined from pieces, without reading it again from its beginning. */
type PartialUrl = {
  start: number;
  end: number;
  kind: 'data' | 'web' | 'none';
  last: string;
  inQuery: boolean;
};

const splitAtSeparators = (text: string): string[] => {
  const urls: string[] = [];
  // Separators at the ends separate nothing: "a, b," is two URLs.
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

/** The scheme has no separator, so it is in the first piece. */
const classify = (piece: string): PartialUrl['kind'] => {
  if (/^data:/i.test(piece)) return 'data';
  return /^https?:\/\//i.test(piece) ? 'web' : 'none';
};
const isQuery = (piece: string): boolean => /[?#]/.test(piece);

const pictureName = /\.(?:jpe?g|jfif|png|webp|gif|avif|tiff?|bmp|hei[cf]|svg)$/i;

/**
 * Whether the piece after a separator is the rest of the URL before it. In a query nearly
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
  if (kind !== 'web') return kind === 'data'; // not to be fetched, but one piece, to be reported once
  if (inQuery) return true;
  if (separator === ';' && /^[\w.~-]+=/.test(piece)) return true; // /a.jpg;jsessionid=12
  return slashFollows && !pictureName.test(last);
};

const remedy =
  'If it is the end of the URL before it, write the space between them as %20, or the comma as %2C';

const maxLength = 2048; // what common browsers, proxies and servers accept

/**
 * Why a URL cannot be fetched, as the end of a sentence; undefined where it may be. `before` is the piece
 * before it in the cell: a URL that was cut at a space or a comma leaves its end behind.
 */
export const urlError = (text: string, before?: string): string | undefined => {
  // URL.parse alone would take `http:host`, and `https:\\host`.
  if (!/^https?:\/\/[^\s/?#]/i.test(text) || !URL.canParse(text))
    return before && /^https?:/i.test(before) && !/^[a-z][a-z0-9+.-]*:/i.test(text)
      ? `is not an http:// or https:// URL. ${remedy}`
      : 'is not an http:// or https:// URL';
  if (text.length > maxLength)
    return `has ${text.length} characters, and a URL may have at most ${maxLength}`;
  if (/\p{Cc}/u.test(text)) return 'contains a control character';
  return undefined;
};
