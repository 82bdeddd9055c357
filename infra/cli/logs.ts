// npm run logs: what happened on the embedded stack, from its rotated files.
import { createReadStream, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { logFilesIn } from '#infra/local-cloud/launcher/log-files.ts';
import { isWarning, type LogLine, parseLogLine } from '#infra/local-cloud/launcher/log-line.ts';
import { humanLine } from './logs/human-line.ts';
import { killedAttempts } from './logs/killed-attempts.ts';
import { logFilter } from './logs/log-filter.ts';
import { parseCommandLine, runMain } from './main.ts';
import { environmentWith, readLocalSettings } from './start/local-settings.ts';

const help = `npm run logs [-- options]

Prints the log of the embedded stack in order of time, from DATA_DIR/logs/darkroom.log and the
files before it (10 MB each, at most five).

  --image <image_id>      one image: its request, the event of S3, every worker, its retries, and
                          attempts that were killed
  --request <request_id>  everything that belongs to one request (the header x-request-id)
  --errors                warnings and errors only
  --json                  the lines as they were written, for jq
  --follow                prints new lines as they are written, until Ctrl-C
  --settings <file>       where DATA_DIR is read from, if not from .env
  --help                  this text

Exit code: 0 lines were printed, 1 no line matches, 2 there is no log or the command was called wrongly.
`;

const options = {
  image: { type: 'string' },
  request: { type: 'string' },
  errors: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  follow: { type: 'boolean', default: false },
  settings: { type: 'string', default: '.env' },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

const project = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const pollMs = 250;

type Entry = { line: LogLine; text: string };

/** The lines of a file from this byte on, and where its last whole line ends. */
const readFrom = async (
  path: string,
  start: number,
): Promise<{ entries: Entry[]; end: number }> => {
  const entries: Entry[] = [];
  const { size } = statSync(path);
  if (size <= start) return { entries, end: start };
  let end = start;
  const stream = createReadStream(path, { start, end: size - 1 });
  for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
    const after = end + Buffer.byteLength(text) + 1;
    if (after > size) break; // the rest of this line is still to be written
    end = after;
    const line = parseLogLine(text);
    if (line) entries.push({ line, text });
  }
  return { entries, end };
};

await runMain('logs', async () => {
  const { values } = parseCommandLine({ options });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const { DATA_DIR } = readLocalSettings(environmentWith(values.settings, project));
  const folder = resolve(project, DATA_DIR, 'logs');
  const { image, request, errors, json, follow } = values;
  const { learn, isWanted } = logFilter({ ...(image && { image }), ...(request && { request }) });
  const attempts = killedAttempts();

  const print = (entries: Entry[]): number => {
    for (const { line } of entries) {
      learn(line);
      attempts.learn(line);
    }
    const wanted = entries
      .filter(({ line }) => isWanted(line) && (!errors || isWarning(line)))
      .sort((a, b) => a.line.timestamp.localeCompare(b.line.timestamp));
    const colour = process.stdout.isTTY;
    for (const { line, text } of wanted) {
      const human = () => humanLine(attempts.annotate(line), { everything: true, colour });
      process.stdout.write(`${json ? text : human()}\n`);
    }
    return wanted.length;
  };

  const files = logFilesIn(folder, 'darkroom');
  if (files.length === 0 && !follow)
    throw new Error(`There is no log in ${folder} yet. Run npm start first.`);
  const read = await Promise.all(files.map((file) => readFrom(file, 0)));
  const count = print(read.flatMap(({ entries }) => entries));
  if (!follow) {
    if (count === 0) process.stderr.write('No line of the log matches.\n');
    return count === 0 ? 1 : 0;
  }

  let at = read.at(-1)?.end ?? 0;
  for (;;) {
    await wait(pollMs);
    const newest = logFilesIn(folder, 'darkroom').at(-1);
    if (!newest) continue;
    if (statSync(newest).size < at) at = 0; // it was rotated: this one is new
    const { entries, end } = await readFrom(newest, at);
    at = end;
    print(entries);
  }
});
