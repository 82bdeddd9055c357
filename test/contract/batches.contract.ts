import { describe, expect, it } from 'vitest';
import { allRows, type Batches, type Rows } from '#lib/batches/batches.ts';
import { aBatch, aRow } from '#test/support/batch-builder.ts';

type Open = () => Promise<{ batches: Batches; rows: Rows }>;

const requestId = aBatch().requestId;
const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 10, 0, second)).toISOString();

/** The contract of every `Batches` and `Rows` adapter. */
export const batchesContract = (name: string, open: Open) => {
  describe(`${name} stores batches`, () => {
    it('finds a batch as it was given, down to the last field', async () => {
      const { batches } = await open();
      const full = aBatch({
        csvUrl: 'https://shop.example/p.csv',
        requeuedAt: at(5),
        cut: { written: 1, reason: 'It took too long.' },
        work: { state: 'ended', endedAt: at(9), counts: { products: 2, images: 2, failed: 1 } },
        webhook: {
          url: 'https://hook.example/',
          state: 'pending',
          round: 2,
          tries: 1,
          dueAt: at(30),
          leasedUntil: at(20),
          attempts: [{ at: at(10), status: null, error: 'größe "quoted"' }],
        },
      });

      expect(await batches.save(undefined, full)).toBe(true);

      expect((await batches.find(requestId))?.batch).toEqual(full);
      expect(await batches.find('another')).toBeUndefined();
    });

    it('adds a batch once', async () => {
      const { batches } = await open();
      await batches.save(undefined, aBatch());

      expect(await batches.save(undefined, aBatch({ csvFilename: 'other.csv' }))).toBe(false);

      expect((await batches.find(requestId))?.batch).toEqual(aBatch());
    });

    it('lets one of many concurrent writers change it', async () => {
      const { batches } = await open();
      await batches.save(undefined, aBatch());
      const before = await batches.find(requestId);

      const all = [1, 2, 3, 4].map((n) => batches.save(before, aBatch({ csvFilename: `${n}` })));

      expect((await Promise.all(all)).filter(Boolean)).toHaveLength(1);
    });

    it('lists batches newest first, in pages over months, each once', async () => {
      const { batches } = await open();
      const days = ['2026-09-30', '2026-10-01', '2026-11-01', '2026-11-20', '2026-11-21'];
      for (const [n, day] of days.entries())
        await batches.save(
          undefined,
          aBatch({ requestId: `batch-${n}`, createdAt: `${day}T00:00:00.000Z` }),
        );

      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await batches.list({ limit: 2, after });
        expect(page.batches.length).toBeLessThanOrEqual(2);
        seen.push(...page.batches.map(({ requestId }) => requestId));
        after = page.cursor;
      } while (after);

      expect(seen).toEqual(['batch-4', 'batch-3', 'batch-2', 'batch-1', 'batch-0']);
    });

    it('finds unfinished batches that are older than a given time', async () => {
      const { batches } = await open();
      const webhook = { url: 'https://h.example/', round: 1, tries: 0, attempts: [] };
      const ended = {
        state: 'ended',
        endedAt: at(9),
        counts: { products: 2, images: 2, failed: 0 },
      } as const;
      const given = {
        running: aBatch(),
        ended: aBatch({ work: ended }),
        notified: aBatch({ work: ended, webhook: { ...webhook, state: 'delivered' } }),
        notifying: aBatch({ work: ended, webhook: { ...webhook, state: 'pending', dueAt: at(9) } }),
        recent: aBatch({ createdAt: '2026-11-20T11:00:00.000Z' }),
      };
      for (const [id, batch] of Object.entries(given))
        await batches.save(undefined, { ...batch, requestId: id });

      const found: string[] = [];
      for await (const batch of batches.unfinished(new Date('2026-11-20T10:30:00Z')))
        found.push(batch.requestId);

      expect(found.toSorted()).toEqual(['notifying', 'running']);
    });

    it('does not list a batch as unfinished after it has ended', async () => {
      const { batches } = await open();
      await batches.save(undefined, aBatch());
      const before = await batches.find(requestId);
      const counts = { products: 2, images: 2, failed: 0 };
      await batches.save(before, aBatch({ work: { state: 'ended', endedAt: at(9), counts } }));

      const found = [];
      for await (const batch of batches.unfinished(new Date('2026-11-21T00:00:00Z')))
        found.push(batch);

      expect(found).toEqual([]);
    });
  });

  describe(`${name} stores rows`, () => {
    it('finds a row as it was given, down to the last field', async () => {
      const { rows } = await open();
      const full = aRow(7, {
        serialNumber: '=1+1',
        productName: '\u0000 "größe" 𝄞',
        images: [
          { state: 'pending', inputUrl: 'https://a.example/1.jpg' },
          { state: 'fetched', inputUrl: 'https://a.example/2.jpg' },
          { state: 'completed', inputUrl: 'https://a.example/3.jpg' },
          { state: 'failed', inputUrl: 'ftp://x', reason: 'No.', fetched: false },
        ],
      });

      await rows.add(requestId, [full]);

      expect((await rows.find(requestId, 7))?.row).toEqual(full);
      expect(await rows.find(requestId, 8)).toBeUndefined();
      expect(await rows.find('another', 7)).toBeUndefined();
    });

    it('adds hundreds in order, and returns them in pages', async () => {
      const { rows } = await open();
      const all = Array.from({ length: 250 }, (_, n) => aRow(n + 1));

      await rows.add(requestId, all);

      expect(await rows.page(requestId, { limit: 2, after: 0 })).toEqual({
        rows: [aRow(1), aRow(2)],
        next: 2,
      });
      for (const limit of [2, 5])
        expect(await rows.page(requestId, { limit, after: 248 })).toEqual({
          rows: [aRow(249), aRow(250)],
          next: undefined,
        });
      const seen: number[] = [];
      for await (const some of allRows(requestId, { rows }))
        seen.push(...some.map(({ number }) => number));
      expect(seen).toEqual(all.map(({ number }) => number));
    });

    it('returns every row once, however large, in pages of which only the last has no next', async () => {
      const { rows } = await open();
      const large = (number: number) =>
        aRow(number, {
          images: Array.from({ length: 9 }, (_, n) => ({
            state: 'pending',
            inputUrl: `https://s.example/${n}/${'x'.repeat(2000)}`,
          })),
        });
      const all = Array.from({ length: 110 }, (_, n) => large(n + 1)); // 2 MB
      await rows.add(requestId, all);

      const seen: number[] = [];
      for (let after: number | undefined = 0; after !== undefined; ) {
        const page: Awaited<ReturnType<Rows['page']>> = await rows.page(requestId, {
          limit: 100,
          after,
        });
        seen.push(...page.rows.map(({ number }) => number));
        if (page.next !== undefined) expect(page.next).toBe(seen.at(-1));
        after = page.next;
      }

      expect(seen).toEqual(all.map(({ number }) => number));
      const read: unknown[] = [];
      for await (const some of allRows(requestId, { rows })) read.push(...some);
      expect(read).toEqual(all);
    });

    it('does not overwrite existing rows when they are added again', async () => {
      const { rows } = await open();
      await rows.add(requestId, [aRow(1), aRow(2)]);
      const before = await rows.find(requestId, 1);
      if (!before) throw new Error('The row was not added.');
      const ended = aRow(1, { images: [{ state: 'completed', inputUrl: 'https://s.example/1' }] });
      await rows.save(requestId, before, ended);

      await rows.add(requestId, [aRow(1), aRow(2), aRow(3)]);

      expect((await rows.find(requestId, 1))?.row).toEqual(ended);
      expect((await rows.find(requestId, 3))?.row).toEqual(aRow(3));
      expect(await rows.counts(requestId)).toEqual({ products: 1, images: 1, failed: 0 });
    });

    it('counts ended rows exactly under concurrent changes', async () => {
      const { rows } = await open();
      const all = Array.from({ length: 20 }, (_, n) => aRow(n + 1));
      await rows.add(requestId, all);

      const end = async (number: number) => {
        const before = await rows.find(requestId, number);
        const [image] = before?.row.images ?? [];
        if (!before || image?.state !== 'pending') return false;
        const { inputUrl } = image;
        const after =
          number % 2
            ? ({ state: 'completed', inputUrl } as const)
            : ({ state: 'failed', inputUrl, reason: 'No.', fetched: true } as const);
        return rows.save(requestId, before, { ...before.row, images: [after] });
      };
      // Three writers per row; one that loses the compare-and-set retries, as production code does.
      await Promise.all(
        all.flatMap(({ number }) =>
          [1, 2, 3].map(async () => {
            for (let tries = 0; tries < 5; tries++) if (await end(number)) return;
          }),
        ),
      );

      expect(await rows.counts(requestId)).toEqual({ products: 20, images: 20, failed: 10 });
    });

    it('returns zero counts and an empty page for a batch that has no rows yet', async () => {
      const { rows } = await open();

      expect(await rows.counts('another')).toEqual({ products: 0, images: 0, failed: 0 });
      expect(await rows.page('another', { limit: 5, after: 0 })).toEqual({
        rows: [],
        next: undefined,
      });
    });
  });
};
