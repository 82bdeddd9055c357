import { plainText } from '#lib/plain-text.ts';
import type { CsvError } from './csv-errors.ts';

/** The indexes of the columns we need. Other columns are ignored. */
export type Columns = {
  serialNumber: number;
  productName: number;
  urls: number;
  /** Beyond `urls` where unnamed columns follow it: a spreadsheet names none for spilled URLs. */
  lastOfUrls: number;
  /** How many columns the header has, without the empty ones at its end. */
  width: number;
  /** The cells of the header as they were written. */
  names: string[];
};

// Without case, spaces, dots and underscores; what comes first is preferred. An SKU is a serial
// number only where nothing better is, and a product's name only where it is no serial number.
const synonyms = {
  serialNumber:
    'sno serialnumber serialno serialnum serial srno slno sn no nr num number # id rowid itemno itemnumber productid itemid articlenumber sku',
  productName:
    'productname product producttitle nameofproduct itemname item name title productsku sku',
  urls: 'inputimageurls inputimageurl inputurls inputurl inputimages inputimage imageurls imageurl imagesurls imageslinks imagelinks imagelink imageaddresses imagesrc productimages productimage productimageurls productimageurl images image pictureurls pictureurl pictures picture photourls photourl photos photo urls url links link',
} as const;
type Needed = keyof typeof synonyms;

const titles: Record<Needed, string> = {
  serialNumber: 'S. No.',
  productName: 'Product Name',
  urls: 'Input Image Urls',
};

const plain = (name: string): string =>
  name
    .normalize('NFKC') // № is No
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}#]/gu, '')
    .replace(/^#no$|^no#$/, 'no');

/** How many of the three columns a header has; used to choose a delimiter. */
export const countColumns = (header: string[]): number => Object.keys(find(header)).length;

const find = (header: string[]): Partial<Record<Needed, number>> => {
  const names = header.map(plain);
  const found: Partial<Record<Needed, number>> = {};
  for (const needed of ['serialNumber', 'productName', 'urls'] as const) {
    const taken = new Set(Object.values(found));
    const known = synonyms[needed].split(' ');
    const name = known.find((synonym) => names.some((n, at) => n === synonym && !taken.has(at)));
    if (name) found[needed] = names.indexOf(name);
  }
  return found;
};

export type ColumnMeaning = {
  name: string;
  /** Null for a column that is ignored. */
  meaning: 'serial_number' | 'product_name' | 'image_urls' | null;
};
const meanings = {
  serialNumber: 'serial_number',
  productName: 'product_name',
  urls: 'image_urls',
} as const satisfies Record<Needed, ColumnMeaning['meaning']>;

/** What each column of a header was understood as, whether or not the file can be used. */
export const describeHeader = (cells: string[]): ColumnMeaning[] => {
  const names = cells.map((cell) => cell.trim());
  const found = find(names);
  return names
    .map((name, at) => {
      const needed = (['serialNumber', 'productName', 'urls'] as const).find(
        (each) => found[each] === at,
      );
      return { name: plainText(name, 80), meaning: needed ? meanings[needed] : null };
    })
    .filter(({ name }) => name !== '')
    .slice(0, maxDescribed);
};
const maxDescribed = 50;

/** The columns of a file by its header, or all of its errors. */
export const readHeader = (cells: string[], row: number): Columns | { faults: CsvError[] } => {
  const names = cells.map((cell) => cell.trim());
  const width = names.findLastIndex((name) => name !== '') + 1;
  names.length = width;
  const { serialNumber, productName, urls } = find(names);
  if (serialNumber === undefined || productName === undefined || urls === undefined)
    return { faults: missing({ serialNumber, productName, urls }, names, row) };

  const faults = [serialNumber, productName, urls].flatMap((at) => findDuplicates(at, names, row));
  if (faults.length > 0) return { faults };

  let lastOfUrls = urls;
  while (lastOfUrls + 1 < width && names[lastOfUrls + 1] === '') lastOfUrls += 1;
  return { serialNumber, productName, urls, lastOfUrls, width, names };
};

const missing = (
  found: Record<Needed, number | undefined>,
  names: string[],
  row: number,
): CsvError[] => {
  const header = plainText(names.slice(0, 20).join(', '), 120);
  return (['serialNumber', 'productName', 'urls'] as const)
    .filter((needed) => found[needed] === undefined)
    .map((needed) => ({
      row,
      column: titles[needed],
      message: `The column ${titles[needed]} is missing. The first line must name the columns, and it is: ${header}`,
    }));
};

const findDuplicates = (at: number, names: string[], row: number): CsvError[] => {
  const same = names.filter((name) => plain(name) === plain(names[at] ?? ''));
  if (same.length < 2) return [];
  const message = `The header names ${plainText(names[at] ?? '', 40)} ${same.length} times. Keep one column of that name; several URLs go into one cell, with commas between them.`;
  return [{ row, column: names[at] ?? null, message }];
};
