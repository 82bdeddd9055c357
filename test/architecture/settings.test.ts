import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { envExample, settingsTable, withTable } from '#infra/cli/settings.ts';
import { Settings } from '#lib/settings.ts';
import { environment } from './template.ts';

describe('the settings', () => {
  it('stand in the README as they are in the code: npm run settings', () => {
    const readme = readFileSync('README.md', 'utf8');
    expect(withTable(readme)).toBe(readme);
  });

  it('stand in .env.example likewise', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(envExample());
  });

  it('show where a deployed stage has another default', () => {
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
