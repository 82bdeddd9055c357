import type { Ending, Outcome } from './tasks.ts';

/** What one file may cost by one way in: milliseconds of CPU, and bytes of resident memory. */
export type Bounds = { cpuMs: number; peakBytes: number };

const usual: Bounds = { cpuMs: 2000, peakBytes: 350_000_000 };
/** AV1 and HEVC take decoders with tables and tiles of their own. */
const heif: Bounds = { cpuMs: 4000, peakBytes: 500_000_000 };

export const findBounds = ({ format }: Pick<Ending, 'format'>): Bounds =>
  format === 'avif' || format === 'heic' ? heif : usual;

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_000_000)} MB`;

/** The ways in whose cost is bounded: a batch renders files in full size, which takes longer. */
export const boundedEndings = ({ endings }: { endings: Ending[] }): Ending[] =>
  endings.filter(({ way }) => way !== 'batch');

/** The memory that a file took; undefined where its process once had as much, for another one. */
export const ownPeakBytes = ({ peakBytes, peakBeforeBytes }: Ending): number | undefined =>
  peakBytes > peakBeforeBytes ? peakBytes : undefined;

/** Where a file took more than it may. */
const findExcesses = (outcome: Extract<Outcome, { end: 'done' }>): string[] =>
  boundedEndings(outcome).flatMap((ending) => {
    const { cpuMs, peakBytes } = findBounds(ending);
    const ownPeak = ownPeakBytes(ending) ?? 0;
    return [
      ...(ending.cpuMs > cpuMs
        ? [`took ${Math.ceil(ending.cpuMs)} ms of CPU by ${ending.way}; at most ${cpuMs} are good`]
        : []),
      ...(ownPeak > peakBytes
        ? [`took ${megabytes(ownPeak)} by ${ending.way}; at most ${megabytes(peakBytes)} are good`]
        : []),
    ];
  });

/** Whether it is worth measuring again, alone: a busy machine makes files look slow. */
export const isTooCostly = (outcome: Outcome): boolean =>
  outcome.end === 'done' && findExcesses(outcome).length > 0;

/**
 * The lower costs of two runs of one file, so that costs caused by another file or another program
 * on this machine do not count.
 */
export const withCheaperEndings = (outcome: Outcome, again: readonly Outcome[]): Outcome => {
  const died = again.find(({ end }) => end !== 'done');
  if (died || outcome.end !== 'done') return died ?? outcome;
  const seen = again.flatMap((one) => (one.end === 'done' ? one.endings : []));
  return {
    ...outcome,
    endings: outcome.endings.map((ending) => {
      const other = seen.find(({ way }) => way === ending.way);
      if (!other) return ending;
      const leaner = other.peakBytes < ending.peakBytes ? other : ending;
      return { ...leaner, cpuMs: Math.min(ending.cpuMs, other.cpuMs) };
    }),
  };
};

/** Everything that must not be, in words; `expected` is how a file of ours has to end. */
export const findBreaches = (outcome: Outcome, expected?: Ending['status']): string[] => {
  if (outcome.end === 'crash') return [`crashed: ${outcome.how}`];
  if (outcome.end === 'hang') return [`hung: no answer within ${outcome.seconds} s`];
  const { endings } = outcome;
  return [
    ...endings.flatMap(({ way, faults }) => faults.map((fault) => `by ${way}: ${fault}`)),
    ...disagreement(boundedEndings(outcome)),
    ...endings.flatMap(({ way, status, reasons }) =>
      expected && status !== expected && (way !== 'batch' || expected === 'done')
        ? [`is ${status} by ${way}, but should be ${expected}. ${reasons.join(' ')}`.trim()]
        : [],
    ),
    ...findExcesses(outcome),
  ];
};

/** One file has the same outcome by every bounded way in. */
const disagreement = (endings: Ending[]): string[] => {
  const said = new Set(endings.map(({ status, reasons }) => `${status} ${reasons.join(' ')}`));
  if (said.size < 2) return [];
  return [`ends in different ways: ${[...said].join(' / ')}`];
};
