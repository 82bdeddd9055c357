import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asMissing, type CommandTools, ToolMissingError } from '#infra/cli/run-command.ts';
import { cacheFolder } from './cache-folder.ts';

const requirementsFolder = fileURLToPath(new URL('./requirements', import.meta.url));

const newest = 13; // what the pins were tried with
const oldest = 12; // localstack-core 4.14 needs PEP 695; one Python for all suites

/** Every Python that might do, the likeliest first: PATH, then what pyenv has built. */
const candidates = (): string[] => {
  const minors = Array.from({ length: newest - oldest + 1 }, (_, back) => newest - back);
  const pyenv = join(process.env['PYENV_ROOT'] || join(homedir(), '.pyenv'), 'versions');
  const built = existsSync(pyenv) ? readdirSync(pyenv) : [];
  return [
    ...(process.env['PYTHON'] ? [process.env['PYTHON']] : []),
    ...minors.flatMap((minor) => [
      `python3.${minor}`,
      ...built
        .filter((name) => name.startsWith(`3.${minor}.`))
        .map((name) => join(pyenv, name, 'bin', 'python3')),
    ]),
    'python3',
    'python',
  ];
};

const probe =
  'import sys, ensurepip, ssl, ctypes; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])';

/** A Python that can make virtual environments. Throws ToolMissingError. */
export const findPython = (): { path: string; version: string } => {
  for (const candidate of candidates()) {
    const { status, stdout } = spawnSync(candidate, ['-c', probe], { encoding: 'utf8' });
    const [path = '', version = ''] = (stdout ?? '').trim().split('\n');
    const minor = Number(version.split('.')[1]);
    if (status === 0 && minor >= oldest && minor <= newest) return { path, version };
  }
  throw new ToolMissingError(
    `This needs a Python from 3.${oldest} to 3.${newest} with venv, and none was found on PATH or ` +
      'in ~/.pyenv. Install one, or name it: PYTHON=/path/to/python3 …',
  );
};

/**
 * A virtual environment with exactly what a requirements file names, created once and reused while
 * neither file nor Python change. Answers the folder of its programs.
 */
export const pythonPrograms = async (
  tools: Pick<CommandTools, 'run' | 'step'>,
  requirements: string,
): Promise<string> => {
  const file = join(requirementsFolder, requirements);
  const { path, version } = findPython();
  const wanted = `${version} ${createHash('sha256').update(readFileSync(file)).digest('hex')}\n`;
  const folder = join(cacheFolder(), 'python', basename(requirements, '.txt'));
  const bin = join(folder, 'bin');
  const stamp = join(folder, 'installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return bin;

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const install = async () => {
    await tools.run(path, ['-m', 'venv', folder], { quiet: true });
    const args = ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', file];
    await tools.run(join(bin, 'pip'), args, { quiet: true, timeoutMs: 600_000 });
    await tools.run(join(bin, 'pip'), ['check', '--disable-pip-version-check'], { quiet: true });
  };
  await tools
    .step(`installing ${requirements} for Python ${version}`, install)
    .catch(asMissing(`What ${requirements} names could not be installed.`));
  writeFileSync(stamp, wanted);
  return bin;
};
