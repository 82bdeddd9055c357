const saveAs = 'Save it as “CSV UTF-8” and send that.';
const picture = 'The file is a picture, not a CSV. Pictures go to POST /api/images.';

/** The magic bytes of files that are often sent instead of a CSV, as Latin-1. */
const kinds: [magic: string, reason: string][] = [
  ['\xff\xfe', `The file is in UTF-16. ${saveAs}`],
  ['\xfe\xff', `The file is in UTF-16. ${saveAs}`],
  ['PK\x03\x04', `The file is an Excel workbook or a ZIP archive, not a CSV. ${saveAs}`],
  ['\xd0\xcf\x11\xe0', `The file is an old Excel workbook, not a CSV. ${saveAs}`],
  ['\x1f\x8b', 'The file is compressed with gzip. Send the CSV itself.'],
  ['%PDF', 'The file is a PDF, not a CSV.'],
  ['\x89PNG', picture],
  ['\xff\xd8\xff', picture],
  ['GIF8', picture],
  ['RIFF', picture],
];

/** Why a file with this beginning is no CSV; undefined where it may be one. */
export const detectOtherFile = (head: Buffer): string | undefined => {
  const start = head.toString('latin1', 0, 1000);
  const known = kinds.find(([magic]) => start.startsWith(magic));
  if (known) return known[1];
  if (isUtf16WithoutBom(head)) return `The file is in UTF-16. ${saveAs}`;
  if (/^\s*<(?:!doctype html|html)\b/i.test(start))
    return 'This is a web page, not a CSV. Perhaps its URL requires a login, or is that of a preview.';
  return head.includes(0) ? 'The file is binary, not a CSV.' : undefined;
};

/** Latin text in UTF-16 has a zero in every second byte. */
const isUtf16WithoutBom = ([a, b, c, d]: Uint8Array): boolean =>
  (a === 0 && c === 0 && !!b && !!d) || (b === 0 && d === 0 && !!a && !!c);
