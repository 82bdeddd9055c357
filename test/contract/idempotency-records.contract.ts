import { describe, expect, it } from 'vitest';
import { type IdempotencyRecords, isReplayable } from '#lib/idempotency-records.ts';

const reply = { status: 202, headers: { 'content-type': 'application/json' }, body: '{"ö":1}' };

/** The contract of every `IdempotencyRecords` adapter. */
export const idempotencyRecordsContract = (name: string, open: () => IdempotencyRecords) =>
  describe(`${name} stores idempotency records`, () => {
    let count = 0;
    const given = () => ({ idempotencyRecords: open(), id: `answer-${++count}`, now: new Date() });
    const after = (now: Date, seconds: number) => new Date(now.getTime() + seconds * 1000);

    it('returns the first reply again', async () => {
      const { idempotencyRecords, id, now } = given();

      expect(await idempotencyRecords.begin(id, 'f', now)).toEqual({ state: 'begun' });
      await idempotencyRecords.finish(id, reply);

      expect(await idempotencyRecords.begin(id, 'f', now)).toEqual({ state: 'completed', reply });
      expect(await idempotencyRecords.begin(id, 'f', after(now, 86_000))).toEqual({
        state: 'completed',
        reply,
      });
    });

    it.each(['x', '\\', '写', '📷'])(
      'stores the longest reply that fits into a record, made of %s',
      async (text) => {
        const { idempotencyRecords, now } = given();
        const id = `${'k'.repeat(400)}-${++count}`; // a route, an API key id and an Idempotency-Key
        const of = (length: number) => ({ ...reply, body: text.repeat(length) });
        let length = Math.ceil(400_000 / Buffer.byteLength(JSON.stringify(text).slice(1, -1)));
        while (!isReplayable(of(length))) length -= 100;

        await idempotencyRecords.begin(id, 'f'.repeat(64), now);
        await idempotencyRecords.finish(id, of(length));

        expect(await idempotencyRecords.begin(id, 'f'.repeat(64), now)).toEqual({
          state: 'completed',
          reply: of(length),
        });
      },
    );

    it('lets exactly one of many concurrent requests begin', async () => {
      const { idempotencyRecords, id, now } = given();

      const all = await Promise.all(
        Array.from({ length: 8 }, () => idempotencyRecords.begin(id, 'f', now)),
      );

      expect(all.filter(({ state }) => state === 'begun')).toHaveLength(1);
      expect(all.filter(({ state }) => state === 'in-progress')).toHaveLength(7);
    });

    it('recognizes another request with the same id, whether begun, completed or abandoned', async () => {
      const { idempotencyRecords, id, now } = given();

      await idempotencyRecords.begin(id, 'f', now);
      expect(await idempotencyRecords.begin(id, 'other', now)).toEqual({ state: 'other-request' });
      expect(await idempotencyRecords.begin(id, 'other', after(now, 120))).toEqual({
        state: 'other-request',
      });
      await idempotencyRecords.finish(id, reply);
      expect(await idempotencyRecords.begin(id, 'other', now)).toEqual({ state: 'other-request' });
    });

    it('lets one request begin again a minute after it was abandoned, and not before', async () => {
      const { idempotencyRecords, id, now } = given();

      await idempotencyRecords.begin(id, 'f', now);

      expect(await idempotencyRecords.begin(id, 'f', after(now, 50))).toEqual({
        state: 'in-progress',
      });
      expect(await idempotencyRecords.begin(id, 'f', after(now, 62))).toEqual({ state: 'begun' });
      expect(await idempotencyRecords.begin(id, 'f', after(now, 63))).toEqual({
        state: 'in-progress',
      });
    });

    it('lets any request begin at once after the record was deleted', async () => {
      const { idempotencyRecords, id, now } = given();

      await idempotencyRecords.begin(id, 'f', now);
      await idempotencyRecords.forget(id);

      expect(await idempotencyRecords.begin(id, 'other', now)).toEqual({ state: 'begun' });
    });

    it('preserves the first reply when a second one is saved late, or its record is to be deleted', async () => {
      const { idempotencyRecords, id, now } = given();

      await idempotencyRecords.begin(id, 'f', now);
      await idempotencyRecords.finish(id, reply);
      await idempotencyRecords.finish(id, { ...reply, status: 500 });
      await idempotencyRecords.forget(id);

      expect(await idempotencyRecords.begin(id, 'f', now)).toEqual({ state: 'completed', reply });
    });

    it('expires every record after a day', async () => {
      const { idempotencyRecords, id, now } = given();

      await idempotencyRecords.begin(id, 'f', now);
      await idempotencyRecords.finish(id, reply);

      expect(await idempotencyRecords.begin(id, 'other', after(now, 86_401))).toEqual({
        state: 'begun',
      });
    });
  });
