import { describe, expect, it } from 'vitest';
import { maxEdits } from '#lib/edits/edit-session.ts';
import { failure } from '#lib/failure.ts';
import { editHarness, Killed } from '#test/support/edit-harness.ts';

const base = 'https://darkroom.example/dev';
const localBase = 'http://127.0.0.1:3000';

describe('an edit is started', () => {
  it('and is pending in its session, and its message names the image that it becomes', async () => {
    const harness = await editHarness();

    const first = await harness.start();
    const second = await harness.start({ initId: first.process.initId });

    const { edits, requested } = await harness.lookUp({ initId: first.process.initId });
    expect(edits.map(({ editId, status }) => [editId, status])).toEqual([
      [first.edit.editId, 'PENDING'],
      [second.edit.editId, 'PENDING'],
    ]);
    expect(requested?.editId).toBe(second.edit.editId);
    expect(harness.deps.editQueue.messages).toEqual([
      { edit_id: first.edit.editId, image_id: expect.any(String), request_id: 'a-request' },
      { edit_id: second.edit.editId, image_id: expect.any(String), request_id: 'a-request' },
    ]);
  });

  it.each([
    ['its id', (id: string) => id],
    ['its file_path', () => 'uploads/1/beach.jpg'],
    ['its file_url', (id: string) => `${base}/api/images/${id}/original`],
    ['its record', (id: string) => `${base}/api/images/${id}`],
    ['a thumbnail of it', (id: string) => `${base}/api/images/${id}/thumbnails/small?v=1`],
    ['a link that works without a key', (id: string) => `${base}/i/${id}/w800.webp?v=1&s=2`],
    ['the output of a batch', (id: string) => `${base}/api/image/${id}.jpg`],
  ])('from one of our own images, named by %s', async (_, nameOf) => {
    const harness = await editHarness();
    harness.deps.fetchPicture = async () => failure('not_fetched', 'fetched!');

    const { edit } = await harness.start({
      sourceUrl: nameOf(harness.beach.imageId),
      baseUrl: base,
    });

    expect(edit.source).toMatchObject({ from: 'image', key: 'uploads/1/beach.jpg' });
  });

  it('from one of our own images on the local stack, by any name of the loopback host', async () => {
    const harness = await editHarness();
    const sourceUrl = `http://localhost:3000/api/images/${harness.beach.imageId}/original`;

    const { edit } = await harness.start({ sourceUrl, baseUrl: localBase });

    expect(edit.source).toMatchObject({ from: 'image' });
  });

  it.each([
    ['another port', 'http://127.0.0.1:3001/api/images/ID/original'],
    ['another host', 'https://elsewhere.example/api/images/ID/original'],
    ['another stage', 'https://darkroom.example/old/api/images/ID/original'],
    ['another path', `${base}/images/ID`],
  ])('by fetching a URL that resembles one of ours but has %s', async (_, url) => {
    const harness = await editHarness();
    const sourceUrl = url.replace('ID', harness.beach.imageId);
    const baseUrl = url.includes('127') ? localBase : base;

    const { edit } = await harness.start({ sourceUrl, baseUrl });

    expect(edit.source).toMatchObject({ from: 'copy' });
  });

  it('with copies of fetched pictures, which are no images', async () => {
    const harness = await editHarness();

    const { edit } = await harness.start({
      sourceUrl: 'https://untrusted.example/a.png',
      targetUrl: 'https://untrusted.example/b.png',
    });

    expect(edit).toMatchObject({ source: { from: 'copy' }, target: { from: 'copy' } });
    expect(harness.deps.derived.keys()).toHaveLength(2);
    expect(harness.deps.originals.keys()).toEqual(['uploads/1/beach.jpg']);
  });

  it('with object keys that reveal neither its id nor that of its session', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start({ sourceUrl: 'https://untrusted.example/a.png' });
    await harness.run(harness.message());

    const keys = [...harness.deps.originals.keys(), ...harness.deps.derived.keys()].join();

    expect(keys).not.toContain(edit.editId);
    expect(keys).not.toContain(edit.initId);
  });

  it('once, when the same request is repeated, wherever the first was killed', async () => {
    for (const when of ['before', 'after'] as const)
      for (let killAt = 1; ; killAt++) {
        const harness = await editHarness();
        const { initId } = await harness.deps.editSessions.add(
          { ttlSeconds: 3600 },
          harness.deps.now(),
        );
        const sourceUrl = 'https://untrusted.example/a.png';
        const input = { initId, editId: 'same', sourceUrl };
        const { as } = harness.killableDeps(killAt, when);
        const wasKilled = await harness.start(input, as).then(
          () => false,
          (error: unknown) => error instanceof Killed,
        );

        const { process, edit } = await harness.start(input);

        expect(process.editIds).toEqual(['same']);
        expect(await harness.seen(edit)).toEqual(edit);
        await harness.run(harness.message());
        expect(await harness.seen(edit)).toMatchObject({ status: 'COMPLETED' });
        expect(harness.calls).toHaveLength(1);
        expect(harness.deps.derived.keys()).toEqual([]);
        if (!wasKilled) break;
        expect(killAt).toBeLessThan(20);
      }
  });

  it('without fetching again what an earlier attempt of the same request has fetched', async () => {
    const harness = await editHarness();
    const input = { editId: 'same', sourceUrl: 'https://untrusted.example/a.png' };
    const first = await harness.start(input);
    harness.deps.fetchPicture = async () => failure('not_fetched', 'fetched!');

    const again = await harness.start({ ...input, initId: first.process.initId });

    expect(again).toEqual(first);
    expect(harness.deps.editQueue.messages).toHaveLength(2); // the first message may never have left
  });

  it('together with many others in one session, none of which is lost', async () => {
    const harness = await editHarness();
    const { initId } = await harness.deps.editSessions.add(
      { ttlSeconds: 3600 },
      harness.deps.now(),
    );
    const ids = Array.from({ length: 12 }, (_, n) => `edit-${n}`);

    await Promise.all(ids.map((editId) => harness.start({ initId, editId })));

    expect((await harness.lookUp({ initId })).process.editIds.toSorted()).toEqual(ids.toSorted());
  });
});

describe('the last place in a session', () => {
  it('goes to one of many concurrent requests', async () => {
    const harness = await editHarness();
    const { initId } = await harness.deps.editSessions.add(
      { ttlSeconds: 3600 },
      harness.deps.now(),
    );
    for (let n = 1; n < maxEdits; n++) await harness.start({ initId });

    const many = await Promise.allSettled([1, 2, 3, 4].map(() => harness.start({ initId })));

    expect(many.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await harness.lookUp({ initId })).edits).toHaveLength(maxEdits);
  });
});
