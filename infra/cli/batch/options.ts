import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const help = `npm run batch -- products.csv [options]

Uploads a CSV of products, shows how their pictures get on, and writes the results beside it:
products-results.csv, and where some failed products-failed.csv, which holds only what failed, ready
to be mended and sent again. Files of these names are replaced.

  --webhook <url>       is told when the batch ends
  --url <url>           the deployment, with its stage: https://…/prod (default: this machine)
  --key <key>           its API key (default: API_KEY of the environment or of .env)
  --dry-run             only says what is in the file, and starts nothing
  --patience <seconds>  how long to go on where nobody answers, or everybody is busy (default: 15)
  --settings <file>     where PORT and API_KEY may be set, if not in .env
  --help                this text

Instead of a file, the http(s) address of one: the deployment fetches it by itself. So it takes
files that are too large for an upload (4.4 MB on Lambda).

Ends with 0 if all pictures came through, with 1 if some did not, with 2 if nothing was started.
`;

export type Options = {
  source: { file: string } | { csvUrl: string };
  /** What the files that are written begin with: the input without its `.csv`. */
  outputs: string;
  deployment: { url: string; key: string | undefined; patienceMs: number };
  webhookUrl: string | undefined;
  isDryRun: boolean;
};

/** The environment, over what is written in this file. */
export type EnvironmentWith = (file: string) => Record<string, string | undefined>;

/** A call that asks for something we cannot do; the message says what to write instead. */
export class UsageError extends Error {}

/** What the command line asks for; undefined where it asks for help. Throws a UsageError. */
export const readOptions = (
  args: string[],
  environmentWith: EnvironmentWith,
): Options | undefined => {
  const { values, positionals } = parsed(args);
  if (values.help) return undefined;
  const environment = environmentWith(values.settings);

  const [source, ...others] = positionals;
  if (!source || others.length > 0)
    throw new UsageError('Name one CSV: npm run batch -- products.csv');
  const patience = Number(values.patience);
  if (!(patience >= 0 && patience <= 3600))
    throw new UsageError('--patience is a number of seconds, at most 3600.');
  const isDryRun = values['dry-run'];
  const url = values.url ?? `http://127.0.0.1:${environment['PORT'] || 3000}`;
  return {
    ...inputOf(source, isDryRun),
    deployment: {
      url: webUrl('--url', url).replace(/\/+$/, ''),
      key: values.key || environment['API_KEY'] || undefined,
      patienceMs: patience * 1000,
    },
    webhookUrl: values.webhook === undefined ? undefined : webUrl('--webhook', values.webhook),
    isDryRun,
  };
};

const parsed = (args: string[]) => {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        webhook: { type: 'string' },
        url: { type: 'string' },
        key: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        patience: { type: 'string', default: '15' },
        settings: { type: 'string', default: '.env' },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const webUrl = (option: string, text: string): string => {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new UsageError(`${option} is an address that begins with http:// or https://.`);
};

const inputOf = (source: string, isDryRun: boolean): Pick<Options, 'source' | 'outputs'> => {
  if (/^https?:\/\//i.test(source)) {
    if (isDryRun) throw new UsageError('--dry-run needs the file itself, not its address.');
    const name = basename(URL.parse(source)?.pathname ?? '').replace(/[^\w.-]+/g, '_');
    return { source: { csvUrl: source }, outputs: resolve(withoutExtension(name) || 'batch') };
  }
  if (!existsSync(source)) throw new UsageError(`There is no file ${source}.`);
  if (!statSync(source).isFile()) throw new UsageError(`${source} is not a file.`);
  return {
    source: { file: source },
    outputs: join(dirname(source), withoutExtension(basename(source))),
  };
};

const withoutExtension = (name: string): string => name.replace(/\.(?:csv|tsv|txt)$/i, '');
