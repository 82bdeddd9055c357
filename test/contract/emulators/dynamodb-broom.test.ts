import { expect, onTestFinished, test } from 'vitest';
import { startBroom } from '#infra/local/emulators/dynamodb/broom.ts';
import { readersWriterLock } from '#infra/local/emulators/dynamodb/readers-writer-lock.ts';
import { eventually } from './eventually.ts';

const steps = 1000;

/** A broom that has begun a sweep of many steps. */
const begun = async (everyMs: number) => {
  let taken = 0;
  const sweep = async function* () {
    for (let nth = 0; nth < steps; nth++) {
      taken += 1;
      yield;
    }
  };
  const lock = readersWriterLock();
  const complaints: unknown[] = [];
  const report = (error: unknown) => void complaints.push(error);
  const broom = startBroom({ sweep, step: lock.shared, everyMs, report });
  onTestFinished(broom.stop);
  await eventually(
    async () => taken,
    (now) => now > 0,
  );
  return { lock, broom, complaints, taken: () => taken };
};

test('a transaction need not wait for the end of a sweep', async () => {
  const { lock, taken } = await begun(1);

  const takenThen = await lock.alone(async () => taken());

  expect(takenThen).toBeLessThan(steps);
});

test('stops in the middle of a sweep, and has nothing to complain of', async () => {
  const [stopped, other] = await Promise.all([begun(1), begun(1)]);

  stopped.broom.stop();

  const [takenThen, takenByOther] = [stopped.taken(), other.taken()];
  await eventually(
    async () => other.taken(),
    (now) => now > takenByOther + 5,
  );
  expect(stopped.taken()).toBe(takenThen);
  expect(takenThen).toBeLessThan(steps);
  expect(stopped.complaints).toEqual([]);
});

test('sweeps again after a sweep that failed', async () => {
  const complaints: string[] = [];
  // biome-ignore lint/correctness/useYield: it fails before it comes to its first step
  const sweep = async function* (): AsyncGenerator<void> {
    throw new Error(`sweep ${complaints.length + 1}`);
  };
  const report = (error: unknown) => void complaints.push(String(error));
  const lock = readersWriterLock();
  const broom = startBroom({ sweep, step: lock.shared, everyMs: 1, report });
  onTestFinished(broom.stop);

  await eventually(
    async () => complaints.length,
    (count) => count > 1,
  );

  expect(complaints.slice(0, 2)).toEqual(['Error: sweep 1', 'Error: sweep 2']);
});
