import { generalizeReason } from './check-reason.ts';
import { boundedEndings, megabytes, ownPeakBytes } from './judge.ts';
import type { Ending, Outcome } from './tasks.ts';

const maxRows = 5;
const maxReasons = 30;
const maxWidth = 160; // characters of a reason

type Costs = { name: string; format: string; cpuMs: number; peakBytes: number };

/** What became of all files, as lines for a terminal. */
export const formatTable = (outcomes: readonly Outcome[]): string[] => {
  const finished = outcomes.flatMap((outcome) => (outcome.end === 'done' ? [outcome] : []));
  const last = finished.flatMap((outcome) => boundedEndings(outcome).at(-1) ?? []);
  const count = (status: Ending['status']) => last.filter((one) => one.status === status).length;
  const ended = (end: Outcome['end']) => outcomes.filter((one) => one.end === end).length;
  const costs = finished.map(higherCosts);

  return [
    `${outcomes.length} files: ${count('done')} done, ${count('failed')} accepted but failed, ` +
      `${count('rejected')} rejected, ${count('broken')} broken, ` +
      `${ended('crash')} crashes, ${ended('hang')} hangs`,
    ...section('rejected', countReasons(last, 'rejected')),
    ...section('accepted but failed', countReasons(last, 'failed')),
    ...section('slowest (CPU of all threads)', slowest(costs)),
    ...section(
      'largest (peak memory of the process, with what files before it left there)',
      largest(costs),
    ),
  ];
};

/** The higher cost of the bounded ways in. */
const higherCosts = (outcome: Extract<Outcome, { end: 'done' }>): Costs => {
  const bounded = boundedEndings(outcome);
  return {
    name: outcome.name,
    format: outcome.endings.find(({ format }) => format)?.format ?? '-',
    cpuMs: Math.max(0, ...bounded.map(({ cpuMs }) => cpuMs)),
    peakBytes: Math.max(0, ...bounded.map((ending) => ownPeakBytes(ending) ?? 0)),
  };
};

const countReasons = (endings: readonly Ending[], status: Ending['status']): string[] => {
  const counts = new Map<string, number>();
  for (const { reasons } of endings.filter((one) => one.status === status))
    for (const group of reasons.map(generalizeReason))
      counts.set(group, (counts.get(group) ?? 0) + 1);
  const rows = [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([reason, files]) => `${String(files).padStart(6)}  ${cut(reason)}`);
  const more = rows.length - maxReasons;
  return more > 0 ? [...rows.slice(0, maxReasons), `        and ${more} more reasons`] : rows;
};

const cut = (text: string) => (text.length > maxWidth ? `${text.slice(0, maxWidth)}…` : text);

const slowest = (costs: readonly Costs[]): string[] =>
  costs
    .toSorted((one, other) => other.cpuMs - one.cpuMs)
    .slice(0, maxRows)
    .map((one) => row(`${Math.ceil(one.cpuMs)} ms`, one));

const largest = (costs: readonly Costs[]): string[] =>
  costs
    .filter(({ peakBytes }) => peakBytes > 0)
    .toSorted((one, other) => other.peakBytes - one.peakBytes)
    .slice(0, maxRows)
    .map((one) => row(megabytes(one.peakBytes), one));

const row = (cost: string, { name, format }: Costs) =>
  `${cost.padStart(9)}  ${format.padEnd(5)} ${shown(name)}`;

/** File names are untrusted: none of their control characters reaches the terminal. */
export const shown = (name: string): string => name.replaceAll(/[\p{Cc}\p{Cf}]/gu, '�');

const section = (title: string, rows: string[]): string[] =>
  rows.length > 0 ? [title, ...rows] : [];
