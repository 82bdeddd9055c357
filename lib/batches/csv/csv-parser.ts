import { CsvError, type Options, Parser } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { Delimiter } from './delimiter.ts';

/** What became of the bytes that a parser was given so far. */
export type Outcome = {
  /** The records completed since it was asked before. */
  records: string[][];
  /** The bytes behind the last complete record. */
  unread: Buffer;
  /** The record that `unread` begins with has a quote in the wrong place. The parser is spent. */
  isBroken: boolean;
};

const dialect = {
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
} satisfies Options;

class MisplacedQuoteError extends Error {}

/**
 * csv-parse, fed piece by piece. Lenient about quotes, as files are (`5" disk` in an unquoted
 * cell), except where one swallows the following lines: such a record must be well-formed.
 */
export const startParser = (delimiter: Delimiter) => {
  let unread: Buffer = Buffer.alloc(0);
  let offset = 0; // of `unread` in all that was given
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
      // The first record sets the length that is expected of the others, and for each that differs
      // an error is made, only to be dropped; so every record is the first.
      Object.assign(parser.info, { records: 0 });
      return null; // nothing goes out as a stream, so nothing ever waits for a reader
    },
  });
  parser.on('error', () => {}); // the callbacks are told
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
    /** Reads on; with `isLast` to the end of the file. */
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
