import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkSettings } from '#infra/cli/start/check-settings.ts';
import { InvalidSettingsError } from '#infra/cli/start/local-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'darkroom-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const aSecret = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const check = (environment: Record<string, string>, text = '') => {
  const file = join(folder, '.env');
  writeFileSync(file, text);
  checkSettings(environment, file);
};

describe('the settings at the start', () => {
  it.each(['localhost:11434/v1', 'api.example/v1', 'ftp://a/v1', 'true'])(
    'do not accept %s as a base URL',
    (value) => {
      const complaint = `CAPTION_BASE_URL=${value}: must be a URL that begins with http:// or https://.`;

      expect(() => check({ CAPTION_BASE_URL: value })).toThrow(InvalidSettingsError);
      expect(() => check({ CAPTION_BASE_URL: value })).toThrow(complaint);
    },
  );

  it.each(['whsec_short', `${aSecret(1)},whsec_short`, `${aSecret(1)};${aSecret(2)}`, ','])(
    'do not take a secret that cannot sign, and do not show it: %s',
    (secret) => {
      expect(() => check({ WEBHOOK_SECRET: secret })).toThrow(
        'WEBHOOK_SECRET=…: must be whsec_ and the base64 of 24 to 64 bytes, or several of these, separated by commas.',
      );
    },
  );

  it('accept a new webhook secret and the one that it replaces', () => {
    expect(() => check({ WEBHOOK_SECRET: `${aSecret(1)}, ${aSecret(2)}` })).not.toThrow();
  });

  it.each([
    ['API_KEYS', 'API_KEY'],
    ['APIKEY', 'API_KEY'],
    ['caption_provder', 'CAPTION_PROVIDER'],
    ['THUMBNAILS_SIZES', 'THUMBNAIL_SIZES'],
  ])('name the setting that %s in the file is meant to be', (written, meant) => {
    expect(() => check({}, `${written}=x\n`)).toThrow(
      `${written} is no setting. Is ${meant} meant?`,
    );
  });

  it('accept correct names, and those of other programs', () => {
    const secret = aSecret(1);

    expect(() =>
      check(
        { CAPTION_BASE_URL: 'http://localhost:11434/v1', WEBHOOK_SECRET: secret },
        'API_KEY=x\nNODE_ENV=test\nEDITOR=vi\nHF_TOKEN_PARAMETER=/a\nPATH=/bin\nHTTP_PROXY=\n',
      ),
    ).not.toThrow();
  });
});
