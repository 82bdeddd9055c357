import { describe, expect, it } from 'vitest';
import { complete, fail, lease, resultImageId } from '#lib/edits/edit.ts';
import { CacheView, toCacheView } from '#lib/http/cache-view.ts';
import { EditSessionView, toEditSessionView } from '#lib/http/edit-view.ts';
import { anEdit } from '#test/support/edit-builder.ts';
import { linksTo } from '#test/support/links-builder.ts';

const baseUrl = 'https://darkroom.example/dev';
const links = await linksTo(baseUrl);
const now = new Date('2026-11-21T10:00:05.000Z');
const process = {
  initId: '001-2f1c7a52-6f0e-4b62-9d5e-0b8a4d1f7c33',
  createdAt: '2026-11-21T10:00:00.000Z',
  expiresAt: '2026-11-21T11:00:00.000Z',
  editIds: ['one', 'two'],
};
const leased = lease(anEdit({ editId: 'one' }), { worker: 'w', attempts: 1, now, leaseMs: 1000 });
const made = { provider: 'openai', model: 'm', durationMs: 9, etag: 'an-etag' };

describe('a process is shown', () => {
  it('without an edit with nulls', () => {
    expect(toEditSessionView({ process, edits: [], requested: undefined }, links)).toEqual({
      init_id: process.initId,
      process_id: null,
      status: null,
      result_url: null,
      expires_at: process.expiresAt,
      edits: [],
    });
  });

  it('with the result of the requested edit, and why another failed', () => {
    const completed = complete(leased, made, now);
    const failed = fail(
      anEdit({ editId: 'two' }),
      { code: 'provider_refused', reason: 'No.' },
      now,
    );
    const imageId = resultImageId('one');

    const view = toEditSessionView(
      { process, edits: [completed, failed], requested: completed },
      links,
    );

    expect(view).toMatchObject({
      process_id: 'one',
      status: 'COMPLETED',
      result_url: expect.stringMatching(
        new RegExp(`^${baseUrl}/i/${imageId}/w3840\\?v=[\\w-]{14}$`),
      ),
      edits: [
        { edit_id: 'one', image_id: imageId, error: null, ended_at: now.toISOString() },
        { edit_id: 'two', image_id: null, result_url: null, error: 'No.', status: 'FAILED' },
      ],
    });
    expect(EditSessionView.parse(view)).toEqual(view);
  });

  it('without internal properties: leases, keys, copies', () => {
    const view = toEditSessionView({ process, edits: [leased], requested: leased }, links);

    expect(view.edits).toEqual([
      {
        edit_id: 'one',
        status: 'PROCESSING',
        prompt: 'Make it blue.',
        source_url: 'mfrggzdfmztwq2lknnwg23tpob',
        target_url: null,
        result_url: null,
        image_id: null,
        error: null,
        error_code: null,
        created_at: '2026-11-21T10:00:00.000Z',
        ended_at: null,
      },
    ]);
  });
});

describe('the store is shown', () => {
  const entry = (slot: string, expiresAt: string, sizeBytes: number) => ({
    initId: `${slot}-2f1c7a52-6f0e-4b62-9d5e-0b8a4d1f7c33`,
    expiresAt,
    sizeBytes,
  });

  it('with sizes and lifetimes, but no id that grants access', () => {
    const entries = [
      entry('002', '2026-11-21T11:00:05.000Z', 200),
      entry('001', '2026-11-21T10:01:05.500Z', 123),
    ];
    const view = toCacheView({ entries, hits: 3, misses: 1, sets: 7, evictions: 5 }, now);

    expect(view).toMatchObject({
      count: 2,
      bound: 1000,
      bytes: 323,
      hits: 3,
      misses: 1,
      hit_rate: 0.75,
      sets: 7,
      evictions: 5,
      default_ttl_seconds: 3600,
    });
    expect(view.entries).toEqual([
      { key: expect.stringMatching(/^001-[0-9a-f]{12}$/), size_bytes: 123, ttl_left_seconds: 60.5 },
      { key: expect.stringMatching(/^002-[0-9a-f]{12}$/), size_bytes: 200, ttl_left_seconds: 3600 },
    ]);
    expect(JSON.stringify(view)).not.toContain('2f1c7a52');
    expect(CacheView.parse(view)).toEqual(view);
  });

  it('empty, with a rate of null', () => {
    const empty = { entries: [], hits: 0, misses: 0, sets: 0, evictions: 0 };
    expect(toCacheView(empty, now)).toMatchObject({ count: 0, bytes: 0, hit_rate: null });
  });
});
