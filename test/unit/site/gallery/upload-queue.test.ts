import { describe, expect, it } from 'vitest';
import { NotTaken, progressOf, uploadQueue } from '#functions/site/gallery/uploads/upload-queue.ts';
import { eventually } from '#test/support/eventually.ts';

type File = { name: string; size: number };
type Sending = {
  file: File;
  signal: AbortSignal;
  onProgress: (sentBytes: number) => void;
  end: () => void;
  fail: (error: Error) => void;
};

/** A queue whose sendings wait until the test ends them. */
const given = ({ pausesMs = [0, 0] }: { pausesMs?: number[] } = {}) => {
  const sendings: Sending[] = [];
  const queue = uploadQueue<File>({
    changed: () => {},
    pausesMs,
    reasonOf: (error) => (error instanceof Error ? error.message : ''),
    send: (file, { signal, onProgress }) =>
      new Promise((end, fail) => {
        signal.addEventListener('abort', () => fail(signal.reason));
        sendings.push({ file, signal, onProgress, end, fail });
      }),
  });
  const states = () => queue.all().map(({ state }) => state);
  const files = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `${index}.jpg`, size: 100 }));
  return { queue, sendings, states, files };
};

describe('uploadQueue', () => {
  it('sends four at a time, in order, and the next when one has ended', async () => {
    const { queue, sendings, states, files } = given();
    queue.add(files(6));
    expect(sendings.map(({ file }) => file.name)).toEqual(['0.jpg', '1.jpg', '2.jpg', '3.jpg']);
    sendings[2]?.end();
    await eventually(() => expect(sendings).toHaveLength(5));
    expect(states()).toEqual(['sending', 'sending', 'sent', 'sending', 'sending', 'waiting']);
  });

  it('does not try again what was refused, and says why', async () => {
    const { queue, sendings, files } = given();
    queue.add(files(1));
    sendings[0]?.fail(new NotTaken('It is too large.'));
    await eventually(() =>
      expect(queue.all()[0]).toMatchObject({ state: 'refused', reason: 'It is too large.' }),
    );
    expect(sendings).toHaveLength(1);
  });

  it('tries again what broke off, and leaves the third time to a person', async () => {
    const { queue, sendings, states, files } = given();
    queue.add(files(1));
    for (let attempt = 0; attempt < 3; attempt++) {
      await eventually(() => expect(sendings).toHaveLength(attempt + 1));
      sendings[attempt]?.onProgress(50);
      sendings[attempt]?.fail(new Error('no line'));
    }
    await eventually(() => expect(states()).toEqual(['broken']));
    expect(queue.all()[0]).toMatchObject({ reason: 'no line', sentBytes: 0 });

    queue.retry(1);
    await eventually(() => expect(sendings).toHaveLength(4));
    sendings[3]?.end();
    await eventually(() => expect(states()).toEqual(['sent']));
    expect(queue.all()[0]).not.toHaveProperty('reason');
  });

  it('cancels what is being sent, what waits, and what waits for another try', async () => {
    const { queue, sendings, states, files } = given({ pausesMs: [60_000] });
    queue.add(files(6));
    sendings[0]?.fail(new Error('no line'));
    queue.cancelAll();
    expect(states()).toEqual(Array.from({ length: 6 }, () => 'cancelled'));
    expect(sendings[1]?.signal.aborted).toBe(true);

    // The places are free again.
    queue.add(files(1));
    await eventually(() => expect(states().at(-1)).toBe('sending'));
    expect(sendings).toHaveLength(5);
  });

  it('forgets what has ended, and keeps what is at work', async () => {
    const { queue, sendings, states, files } = given();
    queue.add(files(2));
    sendings[0]?.end();
    await eventually(() => expect(states()).toEqual(['sent', 'sending']));
    queue.clear();
    expect(states()).toEqual(['sending']);
  });
});

describe('progressOf', () => {
  it('counts bytes of what is meant to arrive, and not of what was refused', () => {
    const upload = { id: 1, name: 'a', sizeBytes: 100, sentBytes: 50 };
    const progress = progressOf([
      { ...upload, state: 'sending' },
      { ...upload, state: 'sent', sentBytes: 100 },
      { ...upload, state: 'refused', sentBytes: 0 },
      { ...upload, state: 'cancelled', sentBytes: 0 },
    ]);
    expect(progress).toEqual({
      total: 2,
      sent: 1,
      busy: 1,
      totalBytes: 200,
      sentBytes: 150,
      share: 0.75,
    });
  });
});
