import { describe, expect, it } from 'vitest';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { theClient } from './client.ts';

const darkroom = theClient();
const times = 20;

describe(`the same photo uploaded ${times} times`, () => {
  it('is stored once, with a reference for each image, and deleted with the last of them', async () => {
    const bytes = await drawnJpeg({ width: 1000, height: 800, seed: 61 });
    const before = await darkroom.stats();

    const ids: string[] = [];
    for (let at = 0; at < times; at += 10)
      ids.push(
        ...(await Promise.all(
          Array.from({ length: 10 }, (_, n) =>
            darkroom.uploadOne({ name: `copy-${at + n}.jpg`, bytes }),
          ),
        ).then((records) => records.map(({ image_id }) => image_id))),
      );
    const records = await darkroom.allEnded(ids, 60_000);

    expect(new Set(ids).size).toBe(times);
    expect(records.every(({ status }) => status === 'done')).toBe(true);
    const sha256 = records[0]?.metadata.sha256 ?? '-';
    expect(await darkroom.derivedKeys(sha256)).toHaveLength(2);
    expect(new Set(records.map(({ first_upload }) => first_upload)).size).toBe(1);
    const full = await darkroom.stats();
    expect(full).toMatchObject({
      total: before.total + times,
      done: before.done + times,
      queued: 0,
      processing: 0,
      bytes: before.bytes + times * bytes.length,
    });

    const [last, ...others] = records;
    for (const { image_id } of others)
      expect((await darkroom.json(`/api/images/${image_id}`, { method: 'DELETE' })).status).toBe(
        200,
      );
    const still = await darkroom.bytes(last?.thumbnails['small'] ?? '');
    expect(still.response.status).toBe(200);
    expect(await darkroom.derivedKeys(sha256)).toHaveLength(2);

    await darkroom.json(`/api/images/${last?.image_id}`, { method: 'DELETE' });
    expect(await darkroom.derivedKeys(sha256)).toEqual([]);
    expect(await darkroom.stats()).toMatchObject({ total: before.total, bytes: before.bytes });
  });
});
