import { describe, expect, it } from 'vitest';
import { originalReply } from '#lib/http/original-reply.ts';
import { pictureReply } from '#lib/http/picture-reply.ts';
import { toStatsView } from '#lib/http/stats-view.ts';
import { uploadReply } from '#lib/http/upload-reply.ts';
import { zeroCounters } from '#lib/images/counters.ts';
import { anImage } from '#test/support/image-builder.ts';
import { linksTo } from '#test/support/links-builder.ts';

const options = await linksTo('https://api.example');
const refused = (kind: 'type' | 'contents', reason: string) =>
  anImage({ key: null, originalName: `${kind}.jpg`, rejected: { kind, reason } });

describe('uploadReply', () => {
  it('responds to one file with one record', () => {
    const answer = uploadReply([anImage()], [], options);
    expect(answer).toMatchObject({ status: 202, data: { original_name: 'beach.jpg' } });
    expect(answer).not.toHaveProperty('error');
  });

  it.each([
    ['type', 415],
    ['contents', 422],
  ] as const)('responds to a file refused for its %s with %d and its reason', (kind, status) => {
    expect(uploadReply([refused(kind, 'No.')], [], options)).toMatchObject({
      status,
      outcome: 'failed',
      error: 'No.',
      errorCode: kind === 'type' ? 'unsupported_format' : 'unreadable_file',
      data: { status: 'failed', error: 'No.' },
    });
  });

  it('responds to several with an array in their order, accepted if any was', () => {
    const answer = uploadReply([refused('type', 'No.'), anImage()], [], options);
    expect(answer).toMatchObject({
      status: 202,
      outcome: 'failed',
      error: '1 of 2 files were rejected. type.jpg: No.',
      data: [{ status: 'failed' }, { status: 'queued' }],
    });
  });

  it('has the status of the first rejection where all were rejected', () => {
    const two = [refused('contents', 'Empty.'), refused('type', 'Text.')];
    expect(uploadReply(two, [], options)).toMatchObject({ status: 422, outcome: 'failed' });
    expect(uploadReply(two.toReversed(), [], options)).toMatchObject({ status: 415 });
  });
});

describe('pictureReply', () => {
  const found = { revision: 'c0ffee-1', sizeBytes: 9, contentType: 'image/jpeg', size: 'small' };
  const reading = {
    read: async () => Buffer.from('jpeg'),
    link: async () => 'https://store.example/x?signature',
  };
  const get = (v?: string, ifNoneMatch?: string, sizeBytes = 9) =>
    pictureReply(
      { query: { v }, headers: { 'if-none-match': ifNoneMatch } },
      { ...found, sizeBytes },
      reading,
    );

  it('may be cached for ever only under a link with the right version', async () => {
    const immutable = { 'cache-control': 'private, max-age=31536000, immutable' };
    const revalidated = { 'cache-control': 'private, no-cache' };
    expect(await get('c0ffee-1')).toMatchObject({ status: 200, headers: immutable });
    expect(await get()).toMatchObject({ status: 200, headers: revalidated });
    expect(await get('an-older-one')).toMatchObject({ status: 200, headers: revalidated });
  });

  it('does not send again what the client has', async () => {
    expect(await get(undefined, '"c0ffee-1-small"')).toMatchObject({
      status: 304,
      headers: { etag: '"c0ffee-1-small"' },
    });
    expect(await get(undefined, '"c0ffee-1-medium"')).toMatchObject({ status: 200 });
  });

  it('redirects where it is too large for a response', async () => {
    expect(await get(undefined, undefined, 4_000_001)).toMatchObject({
      status: 302,
      headers: { location: 'https://store.example/x?signature', 'cache-control': 'no-store' },
    });
  });
});

describe('originalReply', () => {
  const link = { url: 'https://store.example/x', expiresAt: new Date('2026-11-21T09:35:00Z') };

  it.each([
    [undefined, 302],
    ['*/*', 302],
    ['image/avif,image/webp,*/*;q=0.8', 302],
    ['application/json;q=0, image/*', 302],
    ['application/json', 200],
    ['text/html, Application/JSON; q=0.9', 200],
  ])('responds to Accept %j with %d', (accept, status) => {
    expect(originalReply({ headers: { accept } }, link)).toMatchObject({ status });
  });
});

describe('toStatsView', () => {
  it('has null rates where nothing has finished', () => {
    expect(toStatsView({ ...zeroCounters, total: 2, queued: 2 })).toMatchObject({
      total: 2,
      success_rate: null,
      failure_rate: null,
      average_processing_time_seconds: null,
      avg_processing_time_ms: null,
    });
  });

  it('gives rates of the finished ones, and averages of those that were timed', () => {
    const counts = { ...zeroCounters, total: 5, queued: 1, done: 3, failed: 1 };
    expect(toStatsView({ ...counts, timed: 3, milliseconds: 1000, captionsDone: 2 })).toMatchObject(
      {
        done: 3,
        success: 3,
        success_rate: 0.75,
        failure_rate: 0.25,
        average_processing_time_seconds: 0.333,
        avg_processing_time_ms: 333,
        captions: { done: 2 },
      },
    );
  });
});
