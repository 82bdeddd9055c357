import { parse } from 'csv-parse/sync';
import { countColumns } from './header.ts';

export type Delimiter = ',' | ';' | '\t' | '|';
const candidates: Delimiter[] = [',', ';', '\t', '|'];

/**
 * The delimiter of a file with this beginning: the one its first line declares (`sep=;`, which
 * spreadsheets write and read, and which is no header: `linesBefore` is 1), else the one with which the
 * header has most of the columns we need, else a comma.
 */
export const detectDelimiter = (head: Buffer): { delimiter: Delimiter; linesBefore: 0 | 1 } => {
  const declared = head.toString('latin1', 0, 10).match(/^sep=([,;\t|])[\r\n]/i)?.[1];
  const named = candidates.find((candidate) => candidate === declared);
  if (named) return { delimiter: named, linesBefore: 1 };
  const counts = candidates.map((delimiter) => countColumns(parseFirstRecord(head, delimiter)));
  return { delimiter: candidates[counts.indexOf(Math.max(...counts))] ?? ',', linesBefore: 0 };
};

const parseFirstRecord = (head: Buffer, delimiter: Delimiter): string[] => {
  try {
    const [header = []] = parse(head, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
      relax_quotes: true,
      relax_column_count: true,
      to: 1,
    });
    return header;
  } catch {
    return []; // a quote that is never closed: readRecords reports it
  }
};
