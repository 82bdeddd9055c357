import { describe, expect, it } from 'vitest';
import { editHarness, Killed, leaseMs } from '#test/support/edit-harness.ts';

const untrustedUrl = 'https://untrusted.example/a.png';

describe.each(['before', 'after'] as const)('a worker killed %s', (when) => {
  it('any of its steps leaves an edit that the next one ends, and never pays for what was stored', async () => {
    let kills = 0;
    for (let killAt = 1; ; killAt++) {
      const harness = await editHarness();
      const { edit } = await harness.start({ targetUrl: untrustedUrl });
      const { as } = harness.killableDeps(killAt, when);
      const wasKilled = await harness.run(harness.message(), { as }).then(
        () => false,
        (error: unknown) => error instanceof Killed,
      );
      const wasStored = (await harness.result(edit)) !== undefined;
      harness.pass(leaseMs + 1);

      await harness.run(harness.message(), { attempts: 2 });

      const context = `killed ${when} use ${killAt}`;
      expect(await harness.seen(edit), context).toMatchObject({ status: 'COMPLETED' });
      expect(harness.calls.length, context).toBeLessThanOrEqual(wasStored ? 1 : 2);
      expect(new Set(harness.calls.map(({ editId }) => editId)).size, context).toBe(1);
      expect(harness.deps.derived.keys(), context).toEqual([]);
      expect(
        harness.deps.images.all().filter(({ source }) => source === 'edit'),
        context,
      ).toMatchObject([{ edit: { editId: edit.editId, model: 'a-model' } }]);
      if (!wasKilled) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThan(15);
  });

  it('twice at the same step leaves an edit that ends, and is never paid for a third time', async () => {
    for (let killAt = 1; ; killAt++) {
      const harness = await editHarness();
      const { edit } = await harness.start({ targetUrl: untrustedUrl });
      let wasKilled = false;
      for (const attempts of [1, 2]) {
        const { as } = harness.killableDeps(killAt, when);
        await harness.run(harness.message(), { as, attempts }).catch((error: unknown) => {
          wasKilled = error instanceof Killed;
        });
        harness.pass(leaseMs + 1);
      }
      await harness.run(harness.message(), { attempts: 3 });

      const seen = await harness.seen(edit);
      expect(['COMPLETED', 'FAILED']).toContain(seen?.status);
      expect(harness.calls.length).toBeLessThanOrEqual(2);
      if (seen?.status === 'FAILED') expect(seen.reason).toContain('may have been paid for');
      expect(harness.deps.derived.keys()).toEqual([]);
      if (!wasKilled) break;
    }
  });
});
