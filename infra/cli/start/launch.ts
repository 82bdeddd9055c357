import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { batchedOutput } from '#infra/local-cloud/launcher/batched-output.ts';
import {
  claimDataFolder,
  type DataFolder,
  FolderInUseError,
  FolderNotOursError,
} from '#infra/local-cloud/launcher/data-folder.ts';
import type { StartInterceptor } from '#infra/local-cloud/launcher/interceptor.ts';
import { openLog } from '#infra/local-cloud/launcher/log-files.ts';
import {
  isWarning,
  type LogLine,
  logLine,
  parseLogLine,
} from '#infra/local-cloud/launcher/log-line.ts';
import { onceParentIsGone } from '#infra/local-cloud/launcher/parent-watch.ts';
import type { Stack } from '#infra/local-cloud/launcher/start-stack.ts';
import { humanLine } from '../logs/human-line.ts';
import { findHealthProblem, helpText, welcomeText } from './banner.ts';
import { checkSettings } from './check-settings.ts';
import { describeFeatures, describeSize } from './describe-features.ts';
import { environmentWith, InvalidSettingsError, readLocalSettings } from './local-settings.ts';
import { OldDataError, refuseOldData } from './old-data.ts';
import { secretFiles } from './own-secrets.ts';
import { startDarkroom } from './start-darkroom.ts';

const terminal = batchedOutput((text) => void process.stdout.write(text));
process.once('exit', terminal.flush);

const say = (text: string) => {
  terminal.add(text);
  terminal.flush();
};
const complain = (text: string) => {
  terminal.flush(); // what happened before is said before
  process.stderr.write(`${text}\n`);
};

const options = {
  fresh: { type: 'boolean', default: false },
  dev: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
  settings: { type: 'string', default: '.env' },
  project: {
    type: 'string',
    default: resolve(dirname(fileURLToPath(import.meta.url)), '../../..'),
  },
} as const;

const readArguments = () => {
  try {
    return parseArgs({ options, strict: true }).values;
  } catch (error) {
    complain(`${error instanceof Error ? error.message : error}\nnpm start -- --help lists them.`);
    process.exit(2);
  }
};

const main = async (startInterceptor?: StartInterceptor): Promise<void> => {
  const given = readArguments();
  if (given.help) {
    say(helpText);
    return;
  }

  const project = resolve(given.project);
  const environment = environmentWith(given.settings, project);
  const settings = readLocalSettings(environment);
  checkSettings(environment, resolve(project, given.settings));
  const folder = claimDataFolder(resolve(project, settings.DATA_DIR), {
    product: 'Darkroom',
    setting: 'DATA_DIR',
    files: Object.values(secretFiles).map(({ file }) => file),
  });
  if (given.fresh) folder.forget();
  refuseOldData(folder.path);
  mkdirSync(folder.in('logs'), { recursive: true });
  const file = openLog(folder.in('logs'), 'darkroom');

  const show = (line: LogLine) => {
    if ('_aws' in line) return; // metrics, which are for the file
    if (!given.quiet || isWarning(line))
      terminal.add(humanLine(line, { colour: process.stdout.isTTY }));
  };
  const log = (line: LogLine) => {
    file.write(JSON.stringify(line));
    show(line);
  };
  const onLine = (text: string) => {
    const line = parseLogLine(text);
    if (line) {
      file.write(text);
      show(line);
    } else if (text.trim() !== '') log(logLine('INFO', text));
  };

  const end = ending(folder, file);
  const onProgress = (text: string) => say(`  ${text}`);
  const tools = {
    project,
    folder,
    log,
    onLine,
    onProgress,
    reload: given.dev,
    ...(startInterceptor && { startInterceptor }),
  };
  const starting = startDarkroom(settings, environment, tools);
  end.when(starting);
  const stack = await starting.catch((error: unknown) => {
    if (end.isEnding()) return undefined; // stopped before it was up
    throw error;
  });
  if (!stack) return;
  stack.broken.then((reason) => end.because(reason, 1));
  const complaint = await findHealthProblem(stack.url);
  if (complaint) complain(complaint);
  const features = describeFeatures(settings, environment);
  say(welcomeText(settings, { features, data: `${folder.path} (${describeSize(folder.path)})` }));
};

/** Shuts down once, whatever requests it and however often. */
const ending = (folder: DataFolder, file: ReturnType<typeof openLog>) => {
  let stack: Promise<Stack> | undefined;
  let isEnding = false;

  const because = async (reason: string, code: number) => {
    if (isEnding) return; // npm and the terminal may both pass on the same Ctrl-C
    isEnding = true;
    (code === 0 ? say : complain)(reason);
    setTimeout(() => process.exit(code), shutdownTimeoutMs).unref(); // the functions notice, and go too
    await stack?.then((running) => running.stop()).catch(() => {});
    await file.close();
    folder.release();
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void because('Stopping …', 0));
  onceParentIsGone(() => void because('The process that started this has ended. Stopping …', 0));
  const when = (starting: Promise<Stack>) => {
    stack = starting;
  };
  return { because, when, isEnding: () => isEnding };
};

const shutdownTimeoutMs = 9000;

const expected = [InvalidSettingsError, FolderInUseError, FolderNotOursError, OldDataError];

/** Starts everything, and ends this process on a signal, or with code 1 when it cannot start. */
export const launch = (startInterceptor?: StartInterceptor): void => {
  main(startInterceptor).catch((error: unknown) => {
    const isOurs = expected.some((kind) => error instanceof kind);
    const text = error instanceof Error ? error.message : String(error);
    complain(isOurs ? text : `Darkroom could not be started.\n${text}`);
    process.exit(1); // whatever is still running here goes along
  });
};
