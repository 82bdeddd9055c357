import { S3Error } from '../s3-error.ts';

/** Throws InvalidURI where it is not UTF-8. */
export const decodeUri = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  }
};

/** As signatures have it: all but letters, digits and `-._~`. */
export const encodeUri = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The pairs of a query, decoded, in their order. A + is a +, as S3 has it. */
export const parseQuery = (search: string): [string, string][] =>
  search
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      return [decodeUri(name), decodeUri(value)];
    });

/** Path and query of a request's URL. */
export const splitUrl = (url: string): { path: string; search: string } => {
  const [path = '/', search = ''] = url.split(/\?(.*)/s);
  return { path, search };
};
