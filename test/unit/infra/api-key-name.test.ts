import { describe, expect, it } from 'vitest';
import { apiKeyName } from '#infra/deploy/api-key-name.ts';

const name = 'darkroom-prod';
const key = 'd1e0c0ffee5eed5b0a7f1e1d';

describe('the name of an API key', () => {
  it('changes with its value, or CloudFormation would not replace the key', () => {
    expect(apiKeyName(name, key)).toMatch(/^darkroom-prod-[0-9a-f]{8}$/);
    expect(apiKeyName(name, key)).toBe(apiKeyName(name, key));
    expect(apiKeyName(name, `${key}0`)).not.toBe(apiKeyName(name, key));
  });

  it('contains no part of the value', () => {
    const hash = apiKeyName(name, key).slice(-8);

    expect(key).not.toContain(hash);
  });

  it.each([null, undefined, ''])('has no hash where AWS makes the value (%j)', (value) => {
    expect(apiKeyName(name, value)).toBe(name);
  });
});
