import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '#test/e2e/client.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { type EmbeddedStack, startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { eventually } from '#test/support/eventually.ts';
import { killed } from '#test/support/killed.ts';

let stack: EmbeddedStack;
let darkroom: Client;
beforeAll(async () => {
  stack = await startEmbeddedStack({
    env: { CAPTION_PROVIDER: 'none', LOCAL_VISIBILITY_SECONDS: '5' },
    workers: 'forked',
  });
  darkroom = createClient(stack);
});
afterAll(() => stack?.stop());

describe('the pipeline', () => {
  it('finishes what a killed worker left unfinished', async () => {
    const ids: string[] = [];
    let kills = 0;
    for (let n = 0; n < 12; n++) {
      const bytes = await drawnJpeg({ width: 2000, height: 1500, seed: 3000 + n });
      ids.push((await darkroom.uploadOne({ name: `kill-${n}.jpg`, bytes })).image_id);
      kills += (await stack.workerPids()).filter(killed).length;
    }
    const records = await Promise.all(ids.map((id) => darkroom.ended(id, 90_000)));
    expect(kills).toBeGreaterThan(0);
    expect(records.map(({ status }) => status)).toEqual(ids.map(() => 'done'));
  }, 180_000);

  it('loses no upload that it answered with 202 when the whole stack is killed', async () => {
    const accepted: string[] = [];
    const uploads = Array.from({ length: 40 }, async (_, n) => {
      const bytes = await drawnJpeg({ width: 1200, height: 900, seed: 4000 + n });
      const { image_id } = await darkroom.uploadOne({ name: `crash-${n}.jpg`, bytes });
      accepted.push(image_id);
    });
    const settled = Promise.allSettled(uploads);
    await eventually(async () => expect(accepted.length).toBeGreaterThanOrEqual(8), {
      every: 5,
      within: 60_000,
    });
    await stack.kill('SIGKILL');
    await settled;

    await stack.restart();
    const restarted = createClient(stack);
    const records = await Promise.all(accepted.map((id) => restarted.ended(id, 90_000)));
    expect(accepted.length).toBeLessThan(40);
    expect(records.map(({ status }) => status)).toEqual(accepted.map(() => 'done'));
    const { total, queued, processing, done, failed } = await restarted.stats();
    expect(total).toBe(queued + processing + done + failed);
  }, 240_000);
});
