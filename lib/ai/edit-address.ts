/**
 * The full `…/images/edits` address for a base as people write it: bare, with `/v1`, or already
 * full. A query (Azure's `api-version`) is kept.
 */
export const editAddressOf = (base: URL): URL => {
  const address = new URL(base);
  const path = base.pathname.replace(/\/+$/, '');
  address.pathname = `${path}${missingPart(path)}`;
  return address;
};

const missingPart = (path: string): string => {
  if (path.endsWith('/images/edits')) return '';
  return /\/(v\d+|openai)$/.test(path) ? '/images/edits' : '/v1/images/edits';
};
