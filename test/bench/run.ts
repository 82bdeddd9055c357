// What Darkroom costs, compared with the decoder alone:
//   npm run bench -- [--short] [--only pipeline,lists]
import { parseArgs } from 'node:util';
import { batchRows } from './parts/batch-rows.ts';
import { bytesRead } from './parts/bytes-read.ts';
import { delivery } from './parts/delivery.ts';
import { firstSheet } from './parts/first-sheet.ts';
import { functions } from './parts/functions.ts';
import { galleryLag } from './parts/gallery-lag.ts';
import { lists } from './parts/lists.ts';
import { manyRows } from './parts/many-rows.ts';
import { media } from './parts/media.ts';
import { pipeline } from './parts/pipeline.ts';
import { scale } from './parts/scale.ts';
import { scroll } from './parts/scroll.ts';
import { sdkCalls } from './parts/sdk-calls.ts';
import { startUp } from './parts/start-up.ts';
import { throughput } from './parts/throughput.ts';
import { uploadLatency } from './parts/upload-latency.ts';
import { stepQueues } from './parts/workers.ts';
import { isWithinBound, type Part, type Section, say } from './support/report.ts';
import { describeMachine, formatTable, writeReport } from './support/write-report.ts';

const file = 'bench/latest.md';
const parts: readonly Part[] = [
  media,
  stepQueues,
  delivery,
  pipeline,
  bytesRead,
  sdkCalls,
  uploadLatency,
  throughput,
  lists,
  batchRows,
  manyRows,
  scale,
  startUp,
  functions,
  firstSheet,
  scroll,
  galleryLag,
];
const names = parts.map(({ name }) => name).join(', ');

const { values } = parseArgs({
  options: {
    /** A few minutes in all, for a look; figures to be quoted come from the whole run. */
    short: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});
const wanted = values.only.split(',').filter(Boolean);
const unknown = wanted.filter((name) => !parts.some((part) => part.name === name));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) say(`There is no part named ${unknown.join(' or ')}.`);
  say(`npm run bench -- [--short] [--only <names>]\nThe parts: ${names}.`);
  process.exit(values.help ? 0 : 2);
}

const length = values.short ? 'short' : 'full';
const sections: Section[] = [];
say(describeMachine());
for (const part of parts) {
  if (wanted.length > 0 && !wanted.includes(part.name)) continue;
  say(`\n${part.name} …`);
  const section = await part.run(length);
  sections.push(section);
  say(formatTable(section));
  writeReport(file, sections, length); // what there is, should a later part fail
}
const missed = sections.flatMap(({ figures }) =>
  figures.filter((one) => isWithinBound(one) === false),
);
say(`\nWritten to ${file}. ${missed.length === 0 ? 'Every figure is within its bound.' : ''}`);
for (const { what } of missed) say(`Out of bounds: ${what}.`);
