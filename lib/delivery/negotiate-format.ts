/**
 * How a variant is encoded. `auto` is what every client understands: JPEG, or PNG where something
 * shows through.
 */
export const encodings = ['avif', 'webp', 'jpg', 'png', 'auto'] as const;
export type Encoding = (typeof encodings)[number];

export const endings = ['jpg', 'webp', 'avif', 'png'] as const satisfies readonly Encoding[];
export type Ending = (typeof endings)[number];

/**
 * The last segment of a link's path: a preset's name, perhaps with an ending behind it; the CDN puts
 * the version between them (`large.4fQ8…_.avif`).
 */
export const parseFilename = (
  segment: string,
): { preset: string; version?: string; ending?: string } => {
  const [preset = '', ...rest] = segment.split('.');
  const ending = rest.at(-1);
  if (ending === undefined) return { preset };
  return rest.length < 2
    ? { preset, ending }
    : { preset, version: rest.slice(0, -1).join('.'), ending };
};

/**
 * What `Accept` requests: AVIF and WebP only where they are named, as importers and spreadsheets
 * that send a bare wildcard read neither. A client that takes JPEG but no PNG, or the other way
 * round, gets what it takes. infra/deploy/cdn/viewer-function.js does the same at the edge.
 */
export const negotiateEncoding = (accept: string | undefined): Encoding => {
  const ranges = parseAccept(accept ?? '');
  if (ranges.get('image/avif')) return 'avif';
  if (ranges.get('image/webp')) return 'webp';
  const takes = (type: string) =>
    ranges.get(type) ?? ranges.get('image/*') ?? ranges.get('*/*') ?? false;
  if (takes('image/jpeg') === takes('image/png')) return 'auto';
  return takes('image/jpeg') ? 'jpg' : 'png';
};

/** Media ranges with whether they are taken: `q=0` refuses (RFC 9110 §12.4.2). */
const parseAccept = (accept: string): Map<string, boolean> =>
  new Map(
    accept
      .toLowerCase()
      .split(',', 64)
      .map((range) => {
        const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
        return [type, !parameters.some((one) => /^q=0(\.0*)?$/.test(one))] as const;
      }),
  );

const types = { avif: 'image/avif', webp: 'image/webp', jpg: 'image/jpeg', png: 'image/png' };

export const encodingContentType = (encoding: Ending): string => types[encoding];
