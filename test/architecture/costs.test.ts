import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memoryOfFunctions } from '#infra/cli/cost-figures.ts';
import { costOfThousand, document, readWatched, withCosts } from '#infra/cli/costs.ts';
import { alarmedMetrics, functions, queues } from './template.ts';

describe('the costs', () => {
  it('are documented in infra/README.md as they are computed: npm run costs', () => {
    const text = readFileSync(document, 'utf8');
    expect(withCosts(text)).toBe(text);
  });

  it('of an idle month are documented for the queues and alarms that there are, or one worker less', () => {
    const documented = readWatched(readFileSync(document, 'utf8'));
    const polled = queues.filter(([name]) => name.endsWith('Queue')).length;
    expect(polled - documented.queues).toBeOneOf([0, 1]);
    expect(alarmedMetrics - documented.metrics).toBeOneOf([0, 4]);
  });

  it('of a thousand photos are at most 6.2 cents through the API and 5.1 by presigned upload', () => {
    const { upload, presigned } = costOfThousand();
    expect(upload).toBeLessThanOrEqual(0.062);
    expect(presigned).toBeLessThanOrEqual(0.051);
  });

  it('are computed with the memory that the functions have', () => {
    const deployed = Object.fromEntries(
      functions.map(([name, { memorySize = 512 }]) => [name, memorySize]),
    );
    const assumed = memoryOfFunctions();
    expect(assumed.length).toBeGreaterThan(5);
    for (const { name, memoryMb } of assumed) expect(memoryMb, name).toBe(deployed[name]);
  });
});
