// npm run test:corpus -- [folder]: processes every file of a folder, or generated hostile pictures,
// through validation and the workers, and exits with 1 if one of them breaks a bound.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CommandFailedError, type CommandTools, runCommandLine } from '#infra/cli/run-command.ts';
import { startCaptionServer } from '#test/support/caption-server.ts';
import { compareWithExifTool } from './compare-exiftool.ts';
import { drawCorpus } from './draw-corpus.ts';
import { answerField } from './field.ts';
import { type Corpus, filesIn } from './files.ts';
import { findBreaches, isTooCostly, withCheaperEndings } from './judge.ts';
import { inProcesses, type ProcessPool } from './processes.ts';
import { formatTable, shown } from './table.ts';
import type { Outcome, Way } from './tasks.ts';

const help = `npm run test:corpus -- [folder] [options]

Processes every file in a folder (and below it) through ingestion and the three workers, each
file in a process that is measured. Prints what was rejected and why, what was slowest and largest.
Ends with 1, naming the file, if one crashes or hangs (--seconds 30), takes more than 2 s of CPU or
350 MB (AVIF and HEIC: 4 s, 500 MB), gets a reason that is no sentence, or if a rendition does not decode or
still carries metadata. Captions come from a server on this machine (--no-captions: no captions).

Without a folder it draws hostile pictures: the same for the same FAULTS_SEED, which is printed.
--rounds 10 (default 2) draws more random variants; --keep does not remove the files afterwards.
--batch also processes each file as a batch would: that renders pictures in full size.
--jobs 2 is the number of processes that run in parallel.

--field DIR instead: every file of a folder whose truth.json says the right answer for each, in
this process; ends with 1 if an answer is wrong.
--exiftool DIR instead: compares the metadata that is read of the pictures there with ExifTool's,
field by field; ends with 1 if ExifTool's standard tags contradict a value or have one that we miss.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    rounds: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '30' },
    jobs: { type: 'string', default: '2' },
    batch: { type: 'boolean', default: false },
    captions: { type: 'boolean', default: true },
    keep: { type: 'boolean', default: false },
    field: { type: 'string' },
    exiftool: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const readNumber = (option: 'rounds' | 'seconds' | 'jobs'): number => {
  const number = Number(values[option]);
  if (Number.isInteger(number) && number > 0) return number;
  throw new CommandFailedError(`--${option} must be a whole number of at least 1.`);
};

/**
 * Measures what a Lambda would use: as many malloc arenas as functions have, and
 * no TypeScript compiler, whose output the first process leaves in the compile cache of the others.
 */
const asInALambda = (cache: string) => ({ MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: cache });

const retireBytes = 200_000_000; // far above an idle process, well below any bound
const ways: Way[] = values.batch ? ['upload', 'drop', 'batch'] : ['upload', 'drop'];

if (values.help) {
  console.log(help);
  process.exit(0);
}

if (values.exiftool !== undefined) {
  const differences = await compareWithExifTool(values.exiftool, console.log);
  process.exit(differences ? 1 : 0);
}

/** A line for each file, and below it what is wrong. */
const compareField = async (tools: CommandTools, folder: string): Promise<void> => {
  let [all, wrong] = [0, 0];
  for await (const { name, ms, mismatches } of answerField(folder)) {
    all++;
    if (mismatches.length > 0) wrong++;
    tools.say(
      `${mismatches.length > 0 ? 'WRONG' : 'right'} ${`${ms}`.padStart(6)} ms  ${shown(name)}`,
    );
    for (const mismatch of mismatches) tools.say(`                 ${shown(mismatch)}`);
  }
  tools.say(`${all} files, ${wrong} with a wrong answer`);
  if (wrong > 0) throw new CommandFailedError(`${wrong} of ${all} files have a wrong answer.`);
};

await runCommandLine('test:corpus', async (tools) => {
  if (values.field) return compareField(tools, values.field);
  const stop = new AbortController();
  tools.onEnd(() => stop.abort());
  const [folder] = positionals;
  if (folder && !existsSync(folder)) throw new CommandFailedError(`There is no folder ${folder}.`);
  const corpus: Corpus = folder
    ? { folder, expected: new Map() }
    : await drawCorpus(tools, { rounds: readNumber('rounds'), keep: values.keep });
  const names = filesIn(corpus.folder);
  if (names.length === 0) throw new CommandFailedError(`There is no file in ${corpus.folder}.`);

  const captions = values.captions ? await startCaptionServer() : undefined;
  tools.onEnd(() => captions?.stop());
  const cache = mkdtempSync(join(tmpdir(), 'darkroom-corpus-cache-'));
  tools.onEnd(() => rmSync(cache, { recursive: true, force: true }));
  const pool: ProcessPool = {
    environment: asInALambda(cache),
    count: readNumber('jobs'),
    secondsPerFile: readNumber('seconds'),
    retireBytes,
    args: captions ? [captions.url] : [],
    signal: stop.signal,
  };
  const createTask = (name: string) => ({ path: `${corpus.folder}/${name}`, name, ways });
  const outcomes = new Map<string, Outcome>();
  const note = (outcome: Outcome) => void outcomes.set(outcome.name, outcome);

  await tools.step(`${names.length} files`, () => inProcesses(names.map(createTask), pool, note));
  for (const outcome of [...outcomes.values()].filter(isTooCostly))
    await tools.step(
      `${shown(outcome.name)} again, alone and in a new process by each way`,
      async () => {
        const again: Outcome[] = [];
        const tasks = ways.map((way) => ({ ...createTask(outcome.name), ways: [way] }));
        const alone = { ...pool, count: 1, retireBytes: 0 };
        await inProcesses(tasks, alone, (one) => again.push(one));
        note(withCheaperEndings(outcome, again));
      },
    );

  for (const line of formatTable([...outcomes.values()])) tools.say(line);
  const breaches = [...outcomes.values()].flatMap((outcome) =>
    findBreaches(outcome, corpus.expected.get(outcome.name)).map((breach) => ({
      name: outcome.name,
      breach,
    })),
  );
  for (const { name, breach } of breaches) tools.say(`${shown(name)} ${shown(breach)}`);
  if (breaches.length === 0) return;
  const files = new Set(breaches.map(({ name }) => name)).size;
  throw new CommandFailedError(`${files} of ${names.length} files broke a bound.`);
});
