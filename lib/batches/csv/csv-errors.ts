/** One thing that is wrong with a CSV, for the person who has to mend it. */
export type CsvError = {
  /** The line in the file on which the row begins; the header's is usually 1. */
  row: number;
  /** The column as the header of the file calls it, shortened; null where the whole row or file is meant. */
  column: string | null;
  /** A sentence a stranger can act on. */
  message: string;
};

export type CsvErrors = {
  /** In the order of the file, at most 1000, fewer where their texts are long. */
  faults: CsvError[];
  /** How many were found beyond those that are named. */
  more: number;
};

const maxNamed = 1000; // usually some 200 kB, and more than anybody reads
// Of strangers' texts a fault repeats so much that a thousand could be too large for an answer of
// Lambda (6 MB) and for the record in which one is kept (400 KB).
const maxBytes = 300_000;
const maxInSentence = 3;

/** Keeps the first thousand faults, or those whose texts are not too much, and counts the others. */
export const csvErrorList = () => {
  const found: CsvErrors = { faults: [], more: 0 };
  let bytes = 0;
  const addIfRoom = (fault: CsvError): boolean => {
    if (found.more > 0 || found.faults.length === maxNamed) return false;
    const named = { ...fault, column: fault.column === null ? null : truncate(fault.column) };
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

/** In our JSON, as a text within that of Lambda or DynamoDB: what is escaped once is escaped again. */
const storedBytes = (fault: CsvError): number =>
  Buffer.byteLength(JSON.stringify(JSON.stringify(fault)));

/** The faults of a file as one sentence: the first few by line, the others counted. */
export const csvErrorSentence = ({ faults, more }: CsvErrors): string => {
  const total = faults.length + more;
  if (total === 0) return 'The CSV has no faults.';
  const named = faults.slice(0, maxInSentence).map(toClause);
  const others = total - named.length;
  if (others > 0) named.push(`and ${others} more`);
  return total === 1
    ? `The CSV has a fault: ${named.join('')}.`
    : `The CSV has ${total} faults: ${named.join('; ')}.`;
};

const toClause = ({ row, column, message }: CsvError): string =>
  `line ${row}${column === null ? '' : `, column ${truncate(column, 40)}`}: ${message.replace(/\.$/, '')}`;

/** Strangers' text for a message: on one line, without control characters, of bounded length. */
export const truncate = (text: string, maxLength = 100): string => {
  const start = text.slice(0, maxLength + 1).replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  // A character beyond the BMP must not be cut in half.
  const short = start.length > maxLength ? `${start.slice(0, maxLength - 1)}…` : start;
  return short.replace(/[\ud800-\udbff](?=…|$)/, '').trim();
};
