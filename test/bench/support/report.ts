export const say = (text: string): void => void process.stdout.write(`${text}\n`);

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** One line of the report: something that was measured once in each round. */
export type Figure = {
  what: string;
  /** What was measured in each round, in `unit`. */
  values: readonly number[];
  unit: string;
  /** What it is compared with: measured in the same rounds, alternately with this. */
  against?: { what: string; values: readonly number[]; atMost?: number };
  /** The most it may be, in `unit`. */
  atMost?: number;
};

/** A part of the report: a heading, how it was measured, and the figures. */
export type Section = { title: string; how: string; figures: readonly Figure[] };

/** `short` for a few minutes in all, `full` for figures that one may quote. */
export type Length = 'short' | 'full';

/** A part of `npm run bench`; `name` is what `--only` takes. */
export type Part = { name: string; run: (length: Length) => Promise<Section> };

/** Of two in the middle the smaller. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

/** How many times the other: the median over the rounds, for both met the same load in each. */
export const medianRatio = (values: readonly number[], others: readonly number[]): number =>
  median(values.map((value, round) => value / (others[round] ?? Number.NaN)));

/** Whether a figure is within its bound; undefined if it has none. */
export const isWithinBound = ({ values, against, atMost }: Figure): boolean | undefined => {
  if (against?.atMost !== undefined) return medianRatio(values, against.values) <= against.atMost;
  return atMost === undefined ? undefined : median(values) <= atMost;
};
