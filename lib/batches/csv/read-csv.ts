import { type CsvErrors, csvErrorList } from './csv-errors.ts';
import { detectDelimiter } from './delimiter.ts';
import { detectOtherFile } from './detect-other-file.ts';
import { type ColumnMeaning, type Columns, describeHeader, readHeader } from './header.ts';
import { type Product, readProduct } from './read-product.ts';
import { type CsvRecord, readRecords } from './records.ts';
import { asUtf8, type Chunks, readHead, withoutBom } from './text-bytes.ts';
import { withoutZeroWidth } from './zero-width.ts';

export { type CsvError, type CsvErrors, csvErrorSentence } from './csv-errors.ts';
export type { ColumnMeaning } from './header.ts';
export type { Product } from './read-product.ts';

export type CsvContents = {
  /** Rows below the header that are not blank, including those with errors. */
  totalProducts: number;
  /** URLs in them that could be fetched. */
  totalImages: number;
  /** The header of the file. */
  columns: string[];
  /** What its columns were understood as; empty where it has no header. */
  meanings: ColumnMeaning[];
  faults: CsvErrors;
};

const maxProducts = 100_000;
const chunkLength = 500;

/**
 * Reads a CSV as a stream: a header, then a product per row. `onProducts` gets products in order, up to
 * 500 at once, and is awaited; after the first error it gets no more. Without it the file is only
 * checked. Never throws for what the file contains; errors of `chunks` and of `onProducts` are thrown and
 * end the reading.
 */
export const readCsv = async (
  chunks: Chunks,
  onProducts?: (products: Product[]) => Promise<void> | void,
): Promise<CsvContents> => {
  const faults = csvErrorList();
  const contents: CsvContents = {
    totalProducts: 0,
    totalImages: 0,
    columns: [],
    meanings: [],
    faults: faults.found,
  };

  const { head, all, close } = await readHead(chunks);
  const otherFile = detectOtherFile(head);
  if (otherFile) {
    faults.add({ row: 1, column: null, message: otherFile });
    await close();
    return contents;
  }

  const { delimiter, linesBefore } = detectDelimiter(withoutBom(head));
  const reader = startReader({ delimiter, linesBefore }, contents, faults);
  for await (const records of readRecords(asUtf8(all), delimiter)) {
    if (records.some((record) => reader.read(record) === 'stop')) return contents;
    const products = reader.takeProducts();
    if (!onProducts) continue;
    for (let at = 0; at < products.length && faults.isEmpty(); at += chunkLength)
      await onProducts(products.slice(at, at + chunkLength));
  }
  reader.end();
  return contents;
};

/** Reads one record after the other: first the header, then products. */
const startReader = (
  { delimiter, linesBefore }: ReturnType<typeof detectDelimiter>,
  contents: CsvContents,
  faults: ReturnType<typeof csvErrorList>,
) => {
  const fault = (row: number, message: string): void => faults.add({ row, column: null, message });
  let header: { columns: Columns; line: number } | undefined;
  let products: Product[] = [];

  const readColumns = (cells: string[], line: number): 'on' | 'stop' => {
    contents.meanings = describeHeader(cells);
    const columns = readHeader(cells, line);
    if ('faults' in columns) {
      faults.add(...columns.faults);
      return 'stop';
    }
    header = { columns, line };
    contents.columns = columns.names;
    return 'on';
  };

  return {
    read: (record: CsvRecord): 'on' | 'stop' => {
      const { line } = record;
      if ('broken' in record) {
        fault(line, record.broken);
        return header ? 'on' : 'stop';
      }
      const cells = record.cells.map(withoutZeroWidth);
      if (line <= linesBefore || cells.every((cell) => cell.trim() === '')) return 'on';
      if (!header) return readColumns(cells, line);
      if (contents.totalProducts === maxProducts) {
        fault(
          line,
          `The file has more than ${maxProducts} products. Divide it into several files.`,
        );
        return 'stop';
      }
      const row = readProduct({ line, cells }, header.columns, delimiter);
      contents.totalProducts += 1;
      contents.totalImages += row.product.urls.length;
      faults.add(...row.faults);
      products.push(row.product);
      return 'on';
    },
    /** The products since the last call. */
    takeProducts: (): Product[] => {
      const ready = products;
      products = [];
      return ready;
    },
    /** Reports a file without a header, or without rows. */
    end: (): void => {
      if (!header && faults.isEmpty()) fault(1, 'The file is empty.');
      if (header && contents.totalProducts === 0 && faults.isEmpty())
        fault(header.line, 'The file has a header but no rows below it.');
    },
  };
};
