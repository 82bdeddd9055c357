import { describe, expect, it } from 'vitest';
import { complete, fail, lease, type Open } from '#lib/edits/edit.ts';
import type { Edits } from '#lib/edits/edits.ts';
import { anEdit } from '#test/support/edit-builder.ts';

const now = new Date('2026-11-21T10:00:00.000Z');
const leaseRequest = { worker: 'w1', attempts: 1, now, leaseMs: 30_000 };

/** The contract of every `Edits` adapter. */
export const editsContract = (name: string, open: () => Promise<Edits>) =>
  describe(`${name} edits`, () => {
    it('are found as they were saved, in each of their states', async () => {
      const edits = await open();
      const pending = anEdit({
        prompt: '\u0000 "quotes" \\ 𝄞 <b>\n',
        targetUrl: 'https://untrusted.example/?a=b',
        target: { from: 'copy', key: 'edits/x/target' },
      });
      const leased = lease(pending, leaseRequest);
      const made = { provider: 'p', model: 'm', durationMs: 7, etag: 'an-etag' };
      const states = [pending, leased, { ...leased, lease: null }, complete(leased, made, now)];

      for (const state of states) {
        expect(await edits.save(await edits.find('an-edit'), state)).toBe(true);
        expect((await edits.find('an-edit'))?.edit).toEqual(state);
      }
      const failed = {
        ...fail(pending, { code: 'edit_failed', reason: 'a reason' }, now),
        editId: 'another',
      };
      expect(await edits.save(undefined, failed)).toBe(true);
      expect((await edits.find('another'))?.edit).toEqual(failed);
      expect(await edits.find('unknown')).toBeUndefined();
    });

    it('are added once, and let one of many concurrent workers change them', async () => {
      const edits = await open();
      const adding = [1, 2, 3, 4].map((n) => edits.save(undefined, anEdit({ prompt: `${n}` })));
      expect((await Promise.all(adding)).filter(Boolean)).toHaveLength(1);
      const before = await edits.find('an-edit');

      const workers = ['a', 'b', 'c', 'd', 'e', 'f'];
      const saves = await Promise.all(
        workers.map((worker) => edits.save(before, lease(anEdit(), { ...leaseRequest, worker }))),
      );

      expect(saves.filter(Boolean)).toHaveLength(1);
      expect((await edits.find('an-edit'))?.edit).toMatchObject({
        lease: { worker: workers[saves.indexOf(true)] },
      });
      expect(
        await edits.save(before, fail(anEdit(), { code: 'edit_lost', reason: 'late' }, now)),
      ).toBe(false);
    });

    it('are listed from the newest to the oldest, across months, without those that expired', async () => {
      const edits = await open();
      const at = new Date('2026-12-02T10:00:00.000Z');
      const started = ['2026-11-29T10', '2026-11-30T10', '2026-12-01T10', '2026-12-02T09'];
      for (const [n, hour] of started.entries())
        await edits.save(
          undefined,
          anEdit({
            editId: `edit-${n}`,
            createdAt: `${hour}:00:00.000Z`,
            expiresAt: n === 2 ? '2026-12-02T10:00:00.000Z' : '2026-12-05T10:00:00.000Z',
          }),
        );
      const before = await edits.find('edit-1');
      await edits.save(before, lease(before?.edit as Open, { ...leaseRequest, now: at }));

      const listed: string[] = [];
      let after: string | undefined;
      do {
        const page = await edits.list({ limit: 2, after }, at);
        expect(page.edits.length).toBeLessThanOrEqual(2);
        listed.push(...page.edits.map(({ editId, status }) => `${editId} ${status}`));
        after = page.cursor;
      } while (after !== undefined);

      expect(listed).toEqual(['edit-3 PENDING', 'edit-1 PROCESSING', 'edit-0 PENDING']);
    });

    it('are found in the order of the requested ids, without missing ones', async () => {
      const edits = await open();
      const ids = Array.from({ length: 100 }, (_, n) => `edit-${n}`);
      await Promise.all(ids.map((editId) => edits.save(undefined, anEdit({ editId }))));
      const wanted = [...ids.slice(1).toReversed(), 'unknown'];

      const found = await edits.findAll(wanted);

      expect(found.map(({ editId }) => editId)).toEqual(wanted.slice(0, -1));
      expect(await edits.findAll([])).toEqual([]);
    });
  });
