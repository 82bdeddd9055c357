import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseCommandLine, UsageError } from '../main.ts';

export const help = `npm run batch -- products.csv [options]

Uploads a CSV of products, shows the progress of their images, and writes the results beside it:
products-results.csv, and if some failed products-failed.csv, which holds only the failed rows, to be
corrected and sent again. Files of these names are replaced.

  --webhook <url>       receives a signed request when the batch ends
  --url <url>           the deployment, with its stage: https://…/prod (default: this machine)
  --key <key>           its API key (default: API_KEY of the environment or of .env)
  --dry-run             only checks the file, and starts nothing
  --timeout <seconds>   how long to retry while the deployment is busy or unreachable (default: 15)
  --settings <file>     where PORT and API_KEY are read from, if not from .env
  --help                this text

Instead of a file, the http(s) URL of one: the deployment fetches it by itself, also files that are
too large for an upload (4.4 MB on Lambda).

Exit code: 0 all images were processed, 1 some failed, 2 nothing was started.
`;

export type Options = {
  source: { file: string } | { csvUrl: string };
  /** Path of the files that are written, without `-results.csv`: the input without its `.csv`. */
  outputs: string;
  deployment: { url: string; key: string | undefined; timeoutMs: number };
  webhookUrl: string | undefined;
  isDryRun: boolean;
};

/** The environment, over the settings in this file. */
export type EnvironmentWith = (file: string) => Record<string, string | undefined>;

/** Undefined for `--help`. Throws a UsageError. */
export const readOptions = (
  args: string[],
  environmentWith: EnvironmentWith,
): Options | undefined => {
  const { values, positionals } = parseArguments(args);
  if (values.help) return undefined;
  const environment = environmentWith(values.settings);

  const [source, ...others] = positionals;
  if (!source || others.length > 0)
    throw new UsageError('Name one CSV: npm run batch -- products.csv');
  const timeout = Number(values.timeout);
  if (!(timeout >= 0 && timeout <= 3600))
    throw new UsageError('--timeout is a number of seconds, at most 3600.');
  const isDryRun = values['dry-run'];
  const url = values.url ?? `http://127.0.0.1:${environment['PORT'] || 3000}`;
  return {
    ...toSource(source, isDryRun),
    deployment: {
      url: webUrl('--url', url).replace(/\/+$/, ''),
      key: values.key || environment['API_KEY'] || undefined,
      timeoutMs: timeout * 1000,
    },
    webhookUrl: values.webhook === undefined ? undefined : webUrl('--webhook', values.webhook),
    isDryRun,
  };
};

const parseArguments = (args: string[]) =>
  parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      webhook: { type: 'string' },
      url: { type: 'string' },
      key: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      timeout: { type: 'string', default: '15' },
      settings: { type: 'string', default: '.env' },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });

const webUrl = (option: string, text: string): string => {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text;
  throw new UsageError(`${option} must be a URL that begins with http:// or https://.`);
};

const toSource = (source: string, isDryRun: boolean): Pick<Options, 'source' | 'outputs'> => {
  if (/^https?:\/\//i.test(source)) {
    if (isDryRun) throw new UsageError('--dry-run needs the file itself, not its URL.');
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
