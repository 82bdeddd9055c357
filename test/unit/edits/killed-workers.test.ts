import { describe, expect, it } from 'vitest';
import { editHarness, Killed, leaseMs } from '#test/support/edit-harness.ts';

const stranger = 'https://stranger.example/a.png';

describe.each(['before', 'after'] as const)('a worker killed %s', (when) => {
  it('any of its steps leaves an edit that the next one ends, and never pays for what was stored', async () => {
    let deaths = 0;
    for (let dieAt = 1; ; dieAt++) {
      const harness = await editHarness();
      const { edit } = await harness.start({ targetUrl: stranger });
      const { as } = harness.killableDeps(dieAt, when);
      const died = await harness.run(harness.message(), { as }).then(
        () => false,
        (error: unknown) => error instanceof Killed,
      );
      const wasKept = (await harness.result(edit)) !== undefined;
      harness.pass(leaseMs + 1);

      await harness.run(harness.message(), { attempts: 2 });

      const told = `killed ${when} use ${dieAt}`;
      expect(await harness.seen(edit), told).toMatchObject({ status: 'COMPLETED' });
      expect(harness.calls.length, told).toBeLessThanOrEqual(wasKept ? 1 : 2);
      expect(new Set(harness.calls.map(({ editId }) => editId)).size, told).toBe(1);
      expect(harness.deps.derived.keys(), told).toEqual([]);
      expect(
        harness.deps.images.all().filter(({ source }) => source === 'edit'),
        told,
      ).toHaveLength(1);
      if (!died) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(15);
  });

  it('twice at the same step leaves an edit that ends, and is never paid for a third time', async () => {
    for (let dieAt = 1; ; dieAt++) {
      const harness = await editHarness();
      const { edit } = await harness.start({ targetUrl: stranger });
      let died = false;
      for (const attempts of [1, 2]) {
        const { as } = harness.killableDeps(dieAt, when);
        await harness.run(harness.message(), { as, attempts }).catch((error: unknown) => {
          died = error instanceof Killed;
        });
        harness.pass(leaseMs + 1);
      }
      await harness.run(harness.message(), { attempts: 3 });

      const seen = await harness.seen(edit);
      expect(['COMPLETED', 'FAILED']).toContain(seen?.status);
      expect(harness.calls.length).toBeLessThanOrEqual(2);
      if (seen?.status === 'FAILED') expect(seen.reason).toContain('may have been paid for');
      expect(harness.deps.derived.keys()).toEqual([]);
      if (!died) break;
    }
  });
});
