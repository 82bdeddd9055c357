import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fingerprintForm, idempotent } from '#lib/http/idempotency.ts';
import { reply, route, single } from '#lib/http/route.ts';
import { Problem } from '#lib/problem.ts';
import { inMemoryIdempotencyRecords } from '#test/support/in-memory-idempotency-records.ts';

const develop = route({
  name: 'develop',
  methods: ['POST'],
  paths: ['/api/films'],
  private: true,
  tag: 'Films',
  summary: 'Develops',
  description: 'Develops',
  code: [9000, 9001],
  request: {},
  replies: { 202: single('Begun', z.object({ id: z.string() })) },
  faults: [],
});

const appHarness = () => {
  const worked: string[] = [];
  const deps = {
    idempotencyRecords: inMemoryIdempotencyRecords(),
    newId: () => `new-${worked.length}`,
    now: () => new Date('2026-11-21T09:30:00Z'),
  };
  const send = (
    { key, contents = 'a', keyId = 'k1' }: { key?: string; contents?: string; keyId?: string },
    instead?: () => Promise<never>,
  ) =>
    idempotent(
      develop,
      { headers: { 'idempotency-key': key }, keyId },
      () => contents,
      async (workId) => {
        worked.push(workId);
        if (instead) await instead();
        return reply(202, { id: workId });
      },
      deps,
    );
  return { send, worked, idempotencyRecords: deps.idempotencyRecords };
};

const throwing = (error: Error) => () => Promise.reject(error);

describe('idempotent', () => {
  it('does the work each time without a key, with a new id', async () => {
    const { send, worked } = appHarness();
    expect(await send({})).toEqual({ status: 202, data: { id: 'new-0' } });
    expect(await send({})).toEqual({ status: 202, data: { id: 'new-1' } });
    expect(worked).toHaveLength(2);
  });

  it('replays the first reply, marked as such, and does the work once', async () => {
    const { send, worked } = appHarness();
    const first = await send({ key: 'once' });
    const again = await send({ key: 'once' });

    expect(worked).toHaveLength(1);
    expect(first).toMatchObject({ rendered: { status: 202 } });
    expect(first).not.toHaveProperty(['rendered', 'headers', 'idempotency-replayed']);
    expect(again).toMatchObject({ rendered: { headers: { 'idempotency-replayed': 'true' } } });
    expect(again).toHaveProperty('rendered.body', 'rendered' in first ? first.rendered.body : '');
  });

  it('does not mix up the keys of different callers', async () => {
    const { send, worked } = appHarness();
    await send({ key: 'once', keyId: 'k1' });
    await send({ key: 'once', keyId: 'k2' });
    expect(new Set(worked).size).toBe(2);
  });

  it('rejects the same key for another request', async () => {
    const { send, worked } = appHarness();
    await send({ key: 'once', contents: 'a' });

    await expect(send({ key: 'once', contents: 'b' })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect(worked).toHaveLength(1);
  });

  it('lets one of two concurrent requests do the work, and rejects the other with Retry-After', async () => {
    const { send, worked } = appHarness();
    const both = await Promise.allSettled([send({ key: 'once' }), send({ key: 'once' })]);

    expect(worked).toHaveLength(1);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'idempotency_key_in_progress', retryAfterSeconds: 2 },
    });
  });

  it('deletes the record after an internal error, and does the work again with the same id', async () => {
    const { send, worked } = appHarness();
    await expect(send({ key: 'once' }, throwing(new Error('fire')))).rejects.toThrow('fire');

    expect(await send({ key: 'once' })).toMatchObject({ rendered: { status: 202 } });
    expect(worked).toHaveLength(2);
    expect(new Set(worked).size).toBe(1);
    expect(worked[0]).toMatch(/^[A-Za-z0-9-]+$/);
  });

  it('gives another request with the same key another id, so that days later nothing is overwritten', async () => {
    const earlier = appHarness();
    const later = appHarness();
    await earlier.send({ key: 'once', contents: 'a' });
    await later.send({ key: 'once', contents: 'b' });
    expect(earlier.worked).not.toEqual(later.worked);
  });

  it.each(['invalid_field', 'unsupported_format', 'process_not_found'] as const)(
    'replays a rejection that a repeat would get anyway: %s',
    async (code) => {
      const { send, worked } = appHarness();
      const refusing = throwing(new Problem(code, 'No.'));
      await send({ key: 'once' }, refusing);
      const again = await send({ key: 'once' }, refusing);

      expect(worked).toHaveLength(1);
      expect(again).toMatchObject({ rendered: { headers: { 'idempotency-replayed': 'true' } } });
    },
  );

  it.each(['invalid_form', 'request_too_large', 'batch_not_finished'] as const)(
    'does not store an error that a retry may fix: %s',
    async (code) => {
      const { send } = appHarness();
      await expect(
        send({ key: 'once' }, throwing(new Problem(code, 'Not so.'))),
      ).rejects.toMatchObject({ code });
      expect(await send({ key: 'once' })).toMatchObject({ rendered: { status: 202 } });
    },
  );

  it('sends a reply that is too large to store, and makes it again on a repeat', async () => {
    const { worked, idempotencyRecords } = appHarness();
    const send = () =>
      idempotent(
        develop,
        { headers: { 'idempotency-key': 'once' }, keyId: 'k1' },
        () => 'a',
        async (workId) => {
          worked.push(workId);
          return reply(202, { id: `${workId} ${'\\'.repeat(200_000)}` });
        },
        { idempotencyRecords, newId: () => 'new', now: () => new Date('2026-11-21T09:30:00Z') },
      );

    const first = await send();

    expect(first).toMatchObject({ rendered: { status: 202 } });
    expect(await send()).toEqual(first);
    expect(worked).toHaveLength(2);
    expect(new Set(worked).size).toBe(1);
  });

  it('throws the first error where deleting the record fails too', async () => {
    const { send, idempotencyRecords } = appHarness();
    idempotencyRecords.forget = throwing(new Error('also the table'));
    await expect(send({ key: 'once' }, throwing(new Error('fire')))).rejects.toThrow('fire');
  });
});

describe('fingerprintForm', () => {
  const file = { filename: 'a.jpg', contentType: 'image/jpeg' };
  const form = { files: [{ ...file, bytes: Buffer.from('x') }], fields: { a: '1', b: '2' } };

  it('is the same for the same parts, in any order of fields', () => {
    const again = { files: [{ ...file, bytes: Buffer.from('x') }], fields: { b: '2', a: '1' } };
    expect(fingerprintForm(form)()).toBe(fingerprintForm(again)());
  });

  it.each([
    { ...form, files: [{ ...file, bytes: Buffer.from('y') }] },
    { ...form, files: [{ ...file, filename: 'b.jpg', bytes: Buffer.from('x') }] },
    { ...form, files: [...form.files, ...form.files] },
    { ...form, fields: { a: '1' } },
  ])('is another for other parts', (other) => {
    expect(fingerprintForm(other)()).not.toBe(fingerprintForm(form)());
  });
});
