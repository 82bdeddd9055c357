import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { envExample } from '#infra/cli/settings.ts';

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
}).split('\n');
const documents = listed.filter((file) => file.endsWith('.md') && existsSync(file));
const read = (file: string) => readFileSync(file, 'utf8');

const withoutBlocks = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, '');
const codeSpans = (text: string): string[] =>
  [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** Files of the project that a document names: `lib/images/steps.ts`, `infra/deploy`. */
const isPath = (code: string) =>
  /^(functions|lib|infra|test|\.github|\.ci)\/[\w./-]*$/.test(code) && !code.includes('/…');

/** A pattern of examples: files that the documents instruct the reader to add. */
const toBeAdded = /extract-palette|palette\.test/;

const scripts = (file: string): string[] => Object.keys(JSON.parse(read(file)).scripts ?? {});

describe.each(documents)('%s', (file) => {
  const text = read(file);

  it('links only to what exists', () => {
    const links = [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => to);
    const relative = links.filter((to) => !/^(https?:|#)/.test(to));
    expect(
      relative.filter((to) => !existsSync(join(dirname(file), to.split('#')[0] ?? ''))),
    ).toEqual([]);
  });

  it('names only paths that exist', () => {
    const paths = codeSpans(text)
      .filter(isPath)
      .filter((path) => !toBeAdded.test(path));
    // From the project's folder, or from the document's own.
    const exists = (path: string) => existsSync(path) || existsSync(join(dirname(file), path));
    expect(paths.filter((path) => !exists(path))).toEqual([]);
  });

  it('names only commands that exist', () => {
    const known = [...scripts('package.json'), ...scripts('infra/local-cloud/package.json')];
    const commands = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(commands.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('names only settings that exist', () => {
    const known = new Set([...envExample().matchAll(/^#(\w+)=/gm)].map(([, name]) => name));
    const settings = codeSpans(text)
      .map((code) => /^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=.*)?$/.exec(code)?.[1])
      .filter((name) => name !== undefined);
    expect(settings.filter((name) => !known.has(name) && !ofOthers.test(name))).toEqual([]);
  });
});

/** Variables of the SDK, of the suites, of LocalStack and of CloudFormation. */
const ofOthers =
  /^(AWS_|LOCALSTACK_|BASE_URL$|FAULTS|DARKROOM_CACHE$|SUITES_MAY_SKIP$|EMULATOR_KILLS$|NEW_AND_OLD)/;

it('README.md has at most 200 lines', () => {
  expect(read('README.md').split('\n').length - 1).toBeLessThanOrEqual(200);
});
