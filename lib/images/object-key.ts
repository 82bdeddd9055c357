/**
 * A file's name made fit for the keys that we choose, `[A-Za-z0-9_.-]` only: S3 events write other
 * characters differently on each backend. The name itself is kept as a label.
 */
export const sanitizeFilename = (filename: string): string => {
  const safe = filename
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(-100)
    .replaceAll(/^[-.]+/g, '');
  return safe || 'picture';
};
