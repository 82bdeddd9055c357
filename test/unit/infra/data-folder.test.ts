import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OldDataError, refuseOldData } from '#infra/cli/start/old-data.ts';
import {
  claimDataFolder,
  FolderInUseError,
  FolderNotOursError,
} from '#infra/local-cloud/launcher/data-folder.ts';

const owner = { product: 'Darkroom', setting: 'DATA_DIR' };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'darkroom-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text = '') => writeFileSync(join(folder, name), text);

describe('the data folder', () => {
  it('is made where there is none', () => {
    const path = join(folder, 'new', 'data');

    claimDataFolder(path, owner).release();

    expect(existsSync(path)).toBe(true);
  });

  it('may be one that an earlier start left behind', () => {
    claimDataFolder(folder, owner).release();
    mkdirSync(join(folder, 'build'));
    write('notes.txt');

    expect(() => claimDataFolder(folder, owner).release()).not.toThrow();
  });

  it('may hold files that operating systems create everywhere', () => {
    for (const name of ['.DS_Store', 'Thumbs.db', 'desktop.ini']) write(name);
    mkdirSync(join(folder, 'lost+found'));

    expect(() => claimDataFolder(folder, owner).release()).not.toThrow();
  });

  it('is refused and left unchanged when it holds other files', () => {
    mkdirSync(join(folder, 'build'));
    write('package.json', '{}');
    write('LOCK'); // of a LevelDB, say
    const before = readdirSync(folder);

    const claim = () => claimDataFolder(folder, owner);

    expect(claim).toThrow(FolderNotOursError);
    expect(claim).toThrow(`${folder} holds what no Darkroom put there`);
    expect(claim).toThrow('Give it a DATA_DIR that is new or empty');
    expect(readdirSync(folder)).toEqual(before);
  });

  it('belongs to one stack at a time', () => {
    const mine = claimDataFolder(folder, owner);

    expect(() => claimDataFolder(folder, owner)).toThrow(FolderInUseError);
    mine.release();
    expect(() => claimDataFolder(folder, owner).release()).not.toThrow();
  });
  it('is not reported as in use when its lock file is damaged, and can be repaired', () => {
    const lock = join(folder, 'lock');
    write('lock', 'no database at all, '.repeat(100));

    const claim = () => claimDataFolder(folder, owner).release();

    expect(claim).not.toThrow(FolderInUseError);
    expect(claim).toThrow(
      `${lock} cannot be locked: file is not a database. Empty that file, if a Darkroom made it.`,
    );
    write('lock');
    expect(claim).not.toThrow();
  });

  it('names its lock when the system does not let it be opened', () => {
    mkdirSync(join(folder, 'lock'));

    const claim = () => claimDataFolder(folder, owner);

    expect(claim).toThrow(
      `${join(folder, 'lock')} cannot be locked: unable to open database file.`,
    );
  });
});

describe('the data of a version with other emulators', () => {
  it.each(['dynamodb/items/CURRENT', 'sqs/fauxqs.db'])('is refused for %s', (name) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    write(name);

    expect(() => refuseOldData(folder)).toThrow(OldDataError);
    expect(() => refuseOldData(folder)).toThrow(/start anew by npm start -- --fresh, or choose/);
  });

  it('is not detected in what this version stores', () => {
    mkdirSync(join(folder, 'sqs'));
    write('sqs/sqs.db');

    expect(() => refuseOldData(folder)).not.toThrow();
  });
});
