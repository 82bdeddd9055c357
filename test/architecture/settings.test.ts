import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { document, envExample, settingsTable, withTable } from '#infra/cli/settings.ts';
import { Settings } from '#lib/settings.ts';
import { environment } from './template.ts';

describe('the settings', () => {
  it('are documented in infra/README.md as they are in the code: npm run settings', () => {
    const text = readFileSync(document, 'utf8');
    expect(withTable(text)).toBe(text);
  });

  it('are in .env.example: npm run settings', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(envExample());
  });

  it('name a deployed default where it differs', () => {
    const table = settingsTable();
    expect(table).toContain('| `SWEEP_MINUTES` | `1`; deployed `5` |');
    expect(table).toContain('| `PIPELINE_CONCURRENCY` | `2`; deployed `10` |');
    expect(table.match(/; deployed `/g)).toHaveLength(2);
  });

  it('are passed to every function', () => {
    const passed = Object.keys(environment);
    expect(passed).toEqual(expect.arrayContaining(Object.keys(Settings.shape)));
  });
});
