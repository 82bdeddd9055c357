import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  environmentWith,
  InvalidSettingsError,
  readLocalSettings,
} from '#infra/cli/start/local-settings.ts';

describe('the settings of the embedded stack', () => {
  it('have their documented defaults', () => {
    expect(readLocalSettings({})).toMatchObject({
      PORT: 3000,
      S3_PORT: 4569,
      SQS_PORT: 4576,
      DYNAMODB_PORT: 4577,
      DATA_DIR: '.darkroom',
      SWEEP_MINUTES: 1,
      PIPELINE_CONCURRENCY: 2,
      WORKERS: 'in-process',
    });
  });

  it('treat an empty value in .env as not set', () => {
    expect(readLocalSettings({ PORT: '', API_KEY: '' })).toMatchObject({ PORT: 3000 });
  });

  it.each([
    ['PORT', 'abc', 'must be a port, 1 to 65535'],
    ['S3_PORT', '70000', 'must be a port, 1 to 65535'],
    ['PIPELINE_CONCURRENCY', '1.5', 'must be a whole number from 1 to 1000'],
    ['LOCAL_VISIBILITY_SECONDS', '0', 'must be a whole number from 1 to 43200'],
    ['SWEEP_MINUTES', 'often', 'must be a number from 0.01 to 1440'],
    ['WORKERS', 'threads', 'must be in-process or forked'],
  ])('refuse %s=%s by name, value and what is allowed', (name, value, allowed) => {
    expect(() => readLocalSettings({ [name]: value })).toThrow(
      new InvalidSettingsError(`${name}=${value}: ${allowed}.`),
    );
  });

  it('refuse two services at one port', () => {
    expect(() => readLocalSettings({ PORT: '4569' })).toThrow(
      'S3_PORT: 4569 is the port of PORT, too; each needs one of its own.',
    );
  });

  it('name every wrong setting at once', () => {
    expect(() => readLocalSettings({ PORT: 'x', WORKERS: 'y' })).toThrow(/PORT=x.*\n.*WORKERS=y/);
  });

  it('do not print a secret', () => {
    const read = () => readLocalSettings({ AWS_SECRET_ACCESS_KEY: ' ' });

    expect(read).toThrow('AWS_SECRET_ACCESS_KEY=…');
  });
});

describe('the file of settings', () => {
  const mark = '\ufeff';
  const lines = 'COLOUR_OF_THE_TEST=grün\r\nLIGHT_OF_THE_TEST=red\r\n';

  const readWith = (bytes: Buffer) => {
    const folder = mkdtempSync(join(tmpdir(), 'darkroom-settings-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, '.env'), bytes);
    return environmentWith('.env', folder);
  };

  it.each([
    ['UTF-8', Buffer.from(lines)],
    ['UTF-8 with a byte order mark', Buffer.from(mark + lines)],
    ['UTF-16, as PowerShell 5.1 writes it', Buffer.from(mark + lines, 'utf16le')],
    ['UTF-16 the other way round', Buffer.from(mark + lines, 'utf16le').swap16()],
  ])('may be in %s', (_, bytes) => {
    expect(readWith(bytes)).toMatchObject({
      COLOUR_OF_THE_TEST: 'grün',
      LIGHT_OF_THE_TEST: 'red',
    });
  });

  it.each([
    ['UTF-16 without a byte order mark', Buffer.from(lines, 'utf16le')],
    ['UTF-16 behind UTF-8', Buffer.concat([Buffer.from(lines), Buffer.from(lines, 'utf16le')])],
  ])('is refused, not overlooked, in %s', (_, bytes) => {
    const read = () => readWith(bytes);

    expect(read).toThrow(InvalidSettingsError);
    expect(read).toThrow(/\.env is in UTF-16, or partly so.* Save it as UTF-8\.$/);
  });
});
