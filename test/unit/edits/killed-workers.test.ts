import { describe, expect, it } from 'vitest';
import { anEditDesk, Killed, leaseMs } from '#test/support/edit-harness.ts';

const stranger = 'https://stranger.example/a.png';

describe.each(['before', 'after'] as const)('a worker killed %s', (when) => {
  it('any of its steps leaves an edit that the next one ends, and never pays for what was kept', async () => {
    let deaths = 0;
    for (let dieAt = 1; ; dieAt++) {
      const desk = await anEditDesk();
      const { edit } = await desk.start({ targetUrl: stranger });
      const { as } = desk.mortal(dieAt, when);
      const died = await desk.run(desk.message(), { as }).then(
        () => false,
        (error: unknown) => error instanceof Killed,
      );
      const wasKept = (await desk.result(edit)) !== undefined;
      desk.pass(leaseMs + 1);

      await desk.run(desk.message(), { attempts: 2 });

      const told = `killed ${when} use ${dieAt}`;
      expect(await desk.seen(edit), told).toMatchObject({ status: 'COMPLETED' });
      expect(desk.calls.length, told).toBeLessThanOrEqual(wasKept ? 1 : 2);
      expect(new Set(desk.calls.map(({ editId }) => editId)).size, told).toBe(1);
      expect(desk.deps.derived.keys(), told).toEqual([]);
      expect(
        desk.deps.images.all().filter(({ source }) => source === 'edit'),
        told,
      ).toHaveLength(1);
      if (!died) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(15);
  });

  it('twice at the same step leaves an edit that ends, and is never paid for a third time', async () => {
    for (let dieAt = 1; ; dieAt++) {
      const desk = await anEditDesk();
      const { edit } = await desk.start({ targetUrl: stranger });
      let died = false;
      for (const attempts of [1, 2]) {
        const { as } = desk.mortal(dieAt, when);
        await desk.run(desk.message(), { as, attempts }).catch((error: unknown) => {
          died = error instanceof Killed;
        });
        desk.pass(leaseMs + 1);
      }
      await desk.run(desk.message(), { attempts: 3 });

      const seen = await desk.seen(edit);
      expect(['COMPLETED', 'FAILED']).toContain(seen?.status);
      expect(desk.calls.length).toBeLessThanOrEqual(2);
      if (seen?.status === 'FAILED') expect(seen.reason).toContain('may have been paid for');
      expect(desk.deps.derived.keys()).toEqual([]);
      if (!died) break;
    }
  });
});
