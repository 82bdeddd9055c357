import { describe, expect, it } from 'vitest';
import { apiKeyNameOf } from '#infra/deploy/api-key-name.ts';

const name = 'darkroom-prod';
const key = 'd1e0c0ffee5eed5b0a7f1e1d';

describe('the name of an API key', () => {
  it('is another for another value, or CloudFormation would not replace the key', () => {
    expect(apiKeyNameOf(name, key)).toMatch(/^darkroom-prod-[0-9a-f]{8}$/);
    expect(apiKeyNameOf(name, key)).toBe(apiKeyNameOf(name, key));
    expect(apiKeyNameOf(name, `${key}0`)).not.toBe(apiKeyNameOf(name, key));
  });

  it('shows no part of the value', () => {
    const mark = apiKeyNameOf(name, key).slice(-8);

    expect(key).not.toContain(mark);
  });

  it.each([null, undefined, ''])('has no mark where AWS makes the value (%j)', (value) => {
    expect(apiKeyNameOf(name, value)).toBe(name);
  });
});
