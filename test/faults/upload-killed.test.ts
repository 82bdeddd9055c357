import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { eventually } from '#test/support/eventually.ts';
import { type FaultyDarkroom, startFaultyDarkroom } from '#test/support/faults-harness.ts';
import { isLong, proofMs } from '#test/support/faults-timeouts.ts';
import { faultsSeed } from './random.ts';

const rounds = isLong ? 10 : 1;

// The workers run in separate processes, so that these calls can only be those of the upload.
const boundaries = [
  { call: 'PutObject originals', when: 'after' },
  { call: 'PutItem images', when: 'before' },
  { call: 'PutItem images', when: 'after' },
] as const;

let darkroom: FaultyDarkroom;
beforeAll(async () => {
  darkroom = await startFaultyDarkroom({
    seed: faultsSeed(),
    workers: 'forked',
    env: { LOCAL_VISIBILITY_SECONDS: '10' }, // how long the messages of an interrupted worker stay invisible
  });
}, 120_000);
afterAll(() => darkroom?.stop());

const listed = async () => {
  const { data } = await darkroom.json('/api/images?limit=100');
  const Listed = z.array(z.looseObject({ original_name: z.string(), status: z.string() }));
  return Listed.parse(data);
};

describe('an upload whose function is killed', () => {
  it.each(Array.from({ length: rounds }, () => boundaries).flat())(
    '$when its $call is listed nevertheless',
    async ({ call, when }) => {
      const before = await darkroom.stats();
      const name = `killed ${before.total}.jpg`;
      const bytes = await drawnJpeg({ width: 160, height: 120, seed: 95_000 + before.total });

      // Otherwise its S3 event might be faster, and leave the upload nothing to record.
      await darkroom.faultControl.add(
        { worker: 'register-image', when: 'before', what: 'hold' },
        { worker: 'host', call, when },
      );
      const answer = await darkroom.uploadOne({ name, bytes }).catch(() => 'none');
      await darkroom.stack.restart(); // a function is killed with its process, which is the stack's
      await eventually(async () => expect((await darkroom.stats()).total).toBe(before.total + 1), {
        within: 60_000,
      });
      await darkroom.quiet();

      expect(answer).toBe('none');
      const found = (await listed()).filter((image) => image.original_name === name);
      expect(found.map(({ status }) => status)).toEqual(['done']);
      expect(await darkroom.audit()).toEqual([]);
    },
    proofMs,
  );
});
