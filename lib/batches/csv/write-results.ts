import { stringify } from 'csv-stringify/sync';
import { escapeFormula } from './formula.ts';

/** A product of a finished batch: each image has either its URL, or the reason why it failed. */
export type ResultRow = {
  serialNumber: string;
  productName: string;
  images: { inputUrl: string; outputUrl: string | null; error: string | null }[];
};

const inputColumns = ['S. No.', 'Product Name', 'Input Image Urls'];

/**
 * The results of a batch as a CSV: RFC 4180, UTF-8 without a byte order mark (programs would read it as
 * part of the first column's name). `Output Image Urls` are in the order of the input, joined by commas,
 * empty for one that failed. Formulas are escaped.
 */
export async function* resultsCsv(rows: AsyncIterable<ResultRow[]>): AsyncGenerator<Uint8Array> {
  yield toCsv([[...inputColumns, 'Output Image Urls', 'Errors']]);
  for await (const chunk of rows)
    yield toCsv(
      chunk.map(({ serialNumber, productName, images }) => [
        serialNumber,
        productName,
        images.map(({ inputUrl }) => inCell(inputUrl)).join(','),
        images.map(({ outputUrl }) => inCell(outputUrl ?? '')).join(','),
        images
          .flatMap(({ inputUrl, error }) => (error === null ? [] : [`${inputUrl}: ${flat(error)}`]))
          .join('; '),
      ]),
    );
}

/**
 * The failed rows in the columns of the input: the products with a failed image, with only the failed
 * URLs. Fixed and uploaded again, it does what is missing and nothing twice.
 */
export async function* failedRowsCsv(rows: AsyncIterable<ResultRow[]>): AsyncGenerator<Uint8Array> {
  yield toCsv([inputColumns]);
  for await (const chunk of rows)
    yield toCsv(
      chunk.flatMap(({ serialNumber, productName, images }) => {
        const failed = images.filter(({ outputUrl }) => outputUrl === null);
        const urls = failed.map(({ inputUrl }) => inCell(inputUrl)).join(',');
        return failed.length > 0 ? [[serialNumber, productName, urls]] : [];
      }),
    );
}

const toCsv = (records: string[][]): Uint8Array =>
  Buffer.from(
    stringify(
      records.map((cells) => cells.map(escapeFormula)),
      // By default it quotes only the line break that ends records, and no other delimiters.
      { record_delimiter: '\r\n', quoted_match: /[\r\n;\t]/ },
    ),
  );

/** So that splitting the cell at commas returns the URLs. Our own reader splits at two other separators, too. */
const inCell = (url: string): string =>
  url.replaceAll(/[,;|]/g, (separator) => encodeURIComponent(separator));

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
