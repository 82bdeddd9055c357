import { CsvError, type Options, Parser } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { Delimiter } from './delimiter.ts';

/** The result of parsing so far. */
export type Outcome = {
  /** The records completed since the last call. */
  records: string[][];
  /** The bytes after the last complete record. */
  unread: Buffer;
  /** The record at the start of `unread` has a quote in the wrong place. The parser cannot continue. */
  isBroken: boolean;
};

const dialect = {
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
} satisfies Options;

class MisplacedQuoteError extends Error {}

/**
 * csv-parse for chunks of a file. Lenient about quotes (`5" disk` in an unquoted cell), except where one
 * spans lines: such a record must be well-formed.
 */
export const startParser = (delimiter: Delimiter) => {
  let unread: Buffer = Buffer.alloc(0);
  let offset = 0; // of `unread` in the file
  let records: string[][] = [];

  const parser = new Parser({
    ...dialect,
    delimiter,
    relax_quotes: true,
    on_record: (cells: string[], { bytes }) => {
      const length = bytes - offset;
      if (cells.some(isDoubtful) && !isWellFormed(unread.subarray(0, length), delimiter))
        throw new MisplacedQuoteError();
      unread = unread.subarray(length);
      offset = bytes;
      records.push(cells);
      // csv-parse expects every record to be as long as the first, and creates an error for each that
      // is not, only to drop it; so every record is made the first.
      Object.assign(parser.info, { records: 0 });
      return null; // the stream outputs nothing, so it never waits for a reader
    },
  });
  parser.on('error', () => {}); // the callbacks get the error
  parser.resume();

  const toOutcome = (error: Error | null | undefined): Outcome => {
    const isBroken =
      error instanceof MisplacedQuoteError ||
      (error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED');
    if (error && !isBroken) throw error;
    const outcome = { records, unread, isBroken };
    records = [];
    return outcome;
  };

  return {
    /** Parses the next bytes; `isLast` for the end of the file. */
    parse: async (bytes: Buffer, isLast: boolean): Promise<Outcome> => {
      unread = unread.length > 0 ? Buffer.concat([unread, bytes]) : bytes;
      const error = await new Promise<Error | null | undefined>((resolve) => {
        const done = (error?: Error | null) => resolve(error);
        if (isLast) parser.end(bytes, done);
        else parser.write(bytes, done);
      });
      return toOutcome(error);
    },
  };
};

/** A quote taken literally at the beginning of a cell with line breaks: or was it written twice? */
const isDoubtful = (cell: string): boolean => cell.startsWith('"') && /[\r\n]/.test(cell);

const isWellFormed = (raw: Buffer, delimiter: Delimiter): boolean => {
  try {
    parse(raw, { ...dialect, delimiter });
    return true;
  } catch (error) {
    if (error instanceof CsvError) return false;
    throw error;
  }
};
