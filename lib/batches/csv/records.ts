import { type Outcome, startParser } from './csv-parser.ts';
import type { Delimiter } from './delimiter.ts';

/** A record of the file and the line on which it begins; or why it could not be read. */
export type CsvRecord = { line: number; cells: string[] } | { line: number; broken: string };

const maxRecordBytes = 1_000_000; // a hundred of the longest URLs are a fifth of that
const maxBroken = 1000; // each restarts the parser, and people read no more

const openQuote =
  'A double quote in this line is not closed, or closed in the wrong place. Within a quoted cell write it twice.';
const tooLong =
  'The line is longer than 1 MB, which no row may be. The file was not read any further.';
const tooManyBroken = `This is the ${maxBroken}th line with a quote that is not closed. The file was not read any further.`;

/**
 * Splits a file into records, in groups, one for each chunk: RFC 4180, and what is common beyond it (any
 * line break, quotes within unquoted cells, rows of any number of cells). Never holds more than a chunk
 * and the incomplete record, at most a megabyte. A quote that is not closed breaks its own line only:
 * reading continues with the next. Blank lines are no records.
 */
export async function* readRecords(
  utf8: AsyncIterable<Buffer>,
  delimiter: Delimiter,
): AsyncGenerator<CsvRecord[]> {
  let line = 1;
  let broken = 0;
  let parser = startParser(delimiter);
  let found: CsvRecord[] = [];

  const collect = (records: string[][]): void => {
    for (const cells of records) {
      if (cells.length > 1 || cells[0]?.trim()) found.push({ line, cells });
      line += 1 + countBreaks(cells);
    }
  };
  /** Skips the first line of what is unread; undefined where reading cannot continue. */
  const skipLine = ({ unread }: Outcome): Buffer | undefined => {
    const rest = afterFirstLine(unread);
    const isEndless = rest === undefined && unread.length > maxRecordBytes;
    broken += 1;
    const reason = isEndless ? tooLong : openQuote;
    found.push({ line, broken: broken === maxBroken ? tooManyBroken : reason });
    line += 1;
    parser = startParser(delimiter);
    return isEndless || broken === maxBroken ? undefined : (rest ?? Buffer.alloc(0));
  };
  const read = async (bytes: Buffer, isLast: boolean): Promise<'on' | 'stop'> => {
    let next: Buffer | undefined = bytes;
    while (next) {
      const outcome: Outcome = await parser.parse(next, isLast);
      collect(outcome.records);
      if (!outcome.isBroken && outcome.unread.length <= maxRecordBytes) return 'on';
      next = skipLine(outcome);
    }
    return 'stop';
  };

  for await (const slice of utf8) {
    const then = await read(slice, false);
    yield found;
    found = [];
    if (then === 'stop') return;
  }
  await read(Buffer.alloc(0), true);
  yield found;
}

const afterFirstLine = (bytes: Buffer): Buffer | undefined => {
  const lineFeed = bytes.indexOf('\n');
  const carriageReturn = bytes.subarray(0, lineFeed < 0 ? bytes.length : lineFeed).indexOf('\r');
  if (carriageReturn < 0) return lineFeed < 0 ? undefined : bytes.subarray(lineFeed + 1);
  const length = lineFeed === carriageReturn + 1 ? 2 : 1;
  return bytes.subarray(carriageReturn + length);
};

const countBreaks = (cells: string[]): number => {
  let breaks = 0;
  for (const cell of cells)
    if (cell.includes('\n') || cell.includes('\r'))
      breaks += cell.match(/\r\n|\n|\r/g)?.length ?? 0;
  return breaks;
};
