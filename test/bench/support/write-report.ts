import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { styleText } from 'node:util';
import sharp from 'sharp';
import {
  type Figure,
  isWithinBound,
  type Length,
  median,
  medianRatio,
  type Section,
} from './report.ts';

const headings = ['', 'min', 'median', '', 'ratio', 'to', 'bound', 'within'];

/** A figure as a row of a table, with its bound and whether it is within it. */
const toRow = (figure: Figure): string[] => {
  const { what, values, unit, against, atMost } = figure;
  const bound = against?.atMost ?? atMost;
  const isWithin = isWithinBound(figure);
  return [
    what,
    formatNumber(Math.min(...values)),
    formatNumber(median(values)),
    unit,
    against ? `${medianRatio(values, against.values).toFixed(2)} ×` : '',
    against?.what ?? '',
    bound === undefined ? '' : `≤ ${bound}${against?.atMost === undefined ? ` ${unit}` : ' ×'}`,
    isWithin === undefined ? '' : isWithin ? 'yes' : 'NO',
  ];
};

const formatNumber = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/** The section as text for a terminal. */
export const formatTable = ({ title, how, figures }: Section): string => {
  const rows = [headings, ...figures.map(toRow)];
  const widths = headings.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const isNumber = (at: number) => at === 1 || at === 2 || at === 4;
  const lines = rows.map((row) =>
    row
      .map((cell, at) =>
        isNumber(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return `\n${styleText('bold', title)}\n${how}\n${lines.join('\n')}`;
};

const formatMarkdown = ({ title, how, figures }: Section): string => {
  const rows = [headings, headings.map(() => '---'), ...figures.map(toRow)];
  return `## ${title}\n\n${how}\n\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`;
};

/** Which machine and which versions; no figure means anything without. */
export const describeMachine = (): string => {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const { vips } = sharp.versions;
  return (
    `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${memory}, ${platform()} ${release()}; ` +
    `Node ${process.versions.node}, sharp ${sharp.versions.sharp} (libvips ${vips})`
  );
};

/** Writes the whole report as Markdown, and makes the folder it goes to. */
export const writeReport = (file: string, sections: readonly Section[], length: Length): void => {
  const head =
    `# npm run bench${length === 'short' ? ' -- --short' : ''}\n\n` +
    `${new Date().toISOString()}, ${describeMachine()}.\n\n` +
    'Ratios are medians over rounds in which both were measured alternately.\n';
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, [head, ...sections.map(formatMarkdown)].join('\n'));
};
