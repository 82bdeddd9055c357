import { plainText } from '#lib/plain-text.ts';
import type { CsvError } from './csv-errors.ts';
import type { Delimiter } from './delimiter.ts';
import { unescapeFormula } from './formula.ts';
import type { Columns } from './header.ts';
import { splitUrls, urlError } from './split-urls.ts';
import { withoutInvisible } from './zero-width.ts';

/** One row of the file: a product and the URLs of its pictures, in order. */
export type Product = {
  /** The line in the file on which the row begins; the header's is usually 1. */
  line: number;
  /** Text, not a number: `1.` stays as it is. */
  serialNumber: string;
  productName: string;
  urls: string[];
};

const maxCellLength = 100_000; // characters
const maxTextLength = { serialNumber: 200, productName: 1000 }; // characters
const maxUrls = 100; // per product
// A product becomes one item of DynamoDB, which may have 400 KB. A hundred of the longest URLs in ASCII
// are 205 kB; the rest is for the reasons of failures.
const maxUrlBytes = 250_000; // per product

/** Reads a row of the file, with all of its errors. The product has only valid URLs. */
export const readProduct = (
  { line, cells }: { line: number; cells: string[] },
  columns: Columns,
  delimiter: Delimiter,
): { product: Product; faults: CsvError[] } => {
  const faults: CsvError[] = [];
  const add = (at: number | null, message: string): void => {
    faults.push({ row: line, column: at === null ? null : (columns.names[at] ?? null), message });
  };

  const tooLong = cells.findIndex((cell) => cell.length > maxCellLength);
  if (tooLong >= 0) {
    add(tooLong, 'The cell has more than 100 000 characters.');
    return { product: { line, serialNumber: '', productName: '', urls: [] }, faults };
  }

  const row = withoutSpill(cells, columns, delimiter);
  if (row.isTooWide)
    add(
      null,
      `The row has ${row.count} cells, the header ${columns.width}. Put double quotes around a cell that contains ${delimiterName(delimiter)}.`,
    );

  const readText = (field: keyof typeof maxTextLength, what: string): string => {
    const value = unescapeFormula((row.cells[columns[field]] ?? '').trim());
    const error = textError(value, what, maxTextLength[field]);
    if (error) add(columns[field], error);
    return value;
  };
  const serialNumber = readText('serialNumber', 'serial number');
  const productName = readText('productName', 'product name');

  const pieces = splitUrls(withoutInvisible(row.urls));
  if (pieces.length === 0) add(columns.urls, 'The row has no image URL.');
  if (pieces.length > maxUrls) {
    add(
      columns.urls,
      `The row has ${pieces.length} image URLs, and at most ${maxUrls} are allowed. Divide them among several rows.`,
    );
    return { product: { line, serialNumber, productName, urls: [] }, faults };
  }
  if (Buffer.byteLength(pieces.join('')) > maxUrlBytes) {
    add(
      columns.urls,
      'The image URLs of the row have more than 250 000 bytes together. Divide them among several rows.',
    );
    return { product: { line, serialNumber, productName, urls: [] }, faults };
  }
  const urls = pieces.filter((piece, index) => {
    const fault = urlError(piece, pieces[index - 1]);
    if (fault) add(columns.urls, `“${plainText(piece)}” ${fault}.`);
    return !fault;
  });
  return { product: { line, serialNumber, productName, urls }, faults };
};

/** Why a text is not acceptable, as a sentence; undefined where it is. */
const textError = (value: string, what: string, maxLength: number): string | undefined => {
  if (value === '') return `The row has no ${what}.`;
  if (value.length > maxLength) return `The ${what} has more than ${maxLength} characters.`;
  if (/[^\P{Cc}\t\r\n]/u.test(value))
    return `The ${what} contains control characters, so it is not text.`;
  if (/[\r\n]/.test(value) && value.includes('://'))
    return `The ${what} contains further lines. Is a double quote not closed?`;
  return undefined;
};

/**
 * The row aligned with the header. Unquoted URLs spill into further cells, so a row with more cells than
 * the header has them after its first URL; joined with the delimiter that split them, they are what the
 * quoted cell would be.
 */
const withoutSpill = (cells: string[], columns: Columns, delimiter: Delimiter) => {
  const { urls, lastOfUrls, width } = columns;
  const count = cells.findLastIndex((cell) => cell.trim() !== '') + 1;
  const surplus = Math.max(0, count - width);
  const isLastColumn = lastOfUrls === width - 1;
  const spilled = isLastColumn ? surplus : Math.min(surplus, urlsFrom(cells, lastOfUrls + 1));
  const straight = [...cells.slice(0, lastOfUrls + 1), ...cells.slice(lastOfUrls + 1 + spilled)];
  const beyond = straight.slice(width, count - spilled); // after all columns
  const isTooWide = beyond.some((cell) => !isUrlLike(cell));
  return {
    cells: straight,
    urls: [...cells.slice(urls, lastOfUrls + 1 + spilled), ...(isTooWide ? [] : beyond)].join(
      delimiter,
    ),
    isTooWide,
    count,
  };
};

const isUrlLike = (cell: string): boolean => /^\s*(?:https?:\/\/|$)/i.test(cell);

const urlsFrom = (cells: string[], start: number): number => {
  const end = cells.findIndex((cell, at) => at >= start && !isUrlLike(cell));
  return (end < 0 ? cells.length : end) - start;
};

const delimiterName = (delimiter: Delimiter): string =>
  ({ ',': 'a comma', ';': 'a semicolon', '\t': 'a tab', '|': 'a bar' })[delimiter];
