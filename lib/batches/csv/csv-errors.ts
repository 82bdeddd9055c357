import { plainText } from '#lib/plain-text.ts';

/** One error in a CSV, for the person who has to fix it. */
export type CsvError = {
  /** The line in the file on which the row begins; the header's is usually 1. */
  row: number;
  /** The column as in the header of the file, truncated; null for the whole row or file. */
  column: string | null;
  /** A sentence to act on. */
  message: string;
};

export type CsvErrors = {
  /** In the order of the file, at most 1000, fewer where their texts are long. */
  faults: CsvError[];
  /** How many there are beyond those that are listed. */
  more: number;
};

const maxNamed = 1000; // usually some 200 kB, and more than people read
// An error quotes untrusted text, of which a thousand could be too large for a response of Lambda (6 MB)
// and for an idempotency record (400 KB).
const maxBytes = 300_000;
const maxInSentence = 3;

/** Collects the first thousand errors, fewer where their texts are long, and counts the others. */
export const csvErrorList = () => {
  const found: CsvErrors = { faults: [], more: 0 };
  let bytes = 0;
  const addIfRoom = (fault: CsvError): boolean => {
    if (found.more > 0 || found.faults.length === maxNamed) return false;
    const named = { ...fault, column: fault.column === null ? null : plainText(fault.column) };
    bytes += storedBytes(named);
    if (bytes > maxBytes) return false;
    found.faults.push(named);
    return true;
  };
  return {
    found,
    add: (...faults: CsvError[]): void => {
      for (const fault of faults) if (!addIfRoom(fault)) found.more += 1;
    },
    isEmpty: (): boolean => found.faults.length === 0,
  };
};

/** Bytes in our JSON, as a string within the JSON of Lambda or DynamoDB: escaped twice. */
const storedBytes = (fault: CsvError): number =>
  Buffer.byteLength(JSON.stringify(JSON.stringify(fault)));

/** The errors of a file as one sentence: the first few by line, the others counted. */
export const csvErrorSentence = ({ faults, more }: CsvErrors): string => {
  const total = faults.length + more;
  if (total === 0) return 'The CSV has no errors.';
  const named = faults.slice(0, maxInSentence).map(toClause);
  const others = total - named.length;
  if (others > 0) named.push(`and ${others} more`);
  return total === 1
    ? `The CSV has an error: ${named.join('')}.`
    : `The CSV has ${total} errors: ${named.join('; ')}.`;
};

const toClause = ({ row, column, message }: CsvError): string =>
  `line ${row}${column === null ? '' : `, column ${plainText(column, 40)}`}: ${message.replace(/\.$/, '')}`;
