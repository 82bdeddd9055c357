import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withOwnSecrets } from '#infra/cli/start/own-secrets.ts';
import { isSecret } from '#lib/web/webhook-signature.ts';

let path = '';
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'darkroom-secrets-'));
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

const start = (environment: Record<string, string> = {}) =>
  withOwnSecrets(environment, { in: (...names) => join(path, ...names) });

describe('a secret that is not set', () => {
  it('is generated once, and used again after a restart, or no issued link would stay valid', () => {
    const first = start();

    expect(start()).toEqual(first);
    expect(first['DELIVERY_SECRET']).toMatch(/^[\w-]{43}$/);
    expect(isSecret(first['WEBHOOK_SECRET'] ?? '')).toBe(true);
  });

  it('differs from stack to stack', () => {
    const first = start();
    rmSync(path, { recursive: true });
    path = mkdtempSync(join(tmpdir(), 'darkroom-secrets-'));

    expect(start()['DELIVERY_SECRET']).not.toBe(first['DELIVERY_SECRET']);
  });

  it('can be read by its owner only', () => {
    start();

    expect(statSync(join(path, 'delivery-secret')).mode & 0o077).toBe(0);
  });
});

it.each(['DELIVERY_SECRET', 'DELIVERY_SECRET_PARAMETER'])(
  'no secret is generated where %s is set',
  (name) => {
    const environment = start({ [name]: 'of the person' });

    expect(environment[name]).toBe('of the person');
    if (name !== 'DELIVERY_SECRET') expect(environment).not.toHaveProperty('DELIVERY_SECRET');
  },
);
