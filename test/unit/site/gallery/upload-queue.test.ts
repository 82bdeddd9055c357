import { describe, expect, it } from 'vitest';
import {
  RejectedError,
  totalProgress,
  uploadQueue,
} from '#functions/site/gallery/uploads/upload-queue.ts';
import { eventually } from '#test/support/eventually.ts';

type File = { name: string; size: number };
type SendOptions = {
  file: File;
  signal: AbortSignal;
  onProgress: (sentBytes: number) => void;
  end: () => void;
  fail: (error: Error) => void;
};

/** A queue whose sends wait until the test ends them. */
const given = ({ retryDelaysMs: pausesMs = [0, 0] }: { retryDelaysMs?: number[] } = {}) => {
  const sends: SendOptions[] = [];
  const queue = uploadQueue<File>({
    onChange: () => {},
    retryDelaysMs: pausesMs,
    toMessage: (error) => (error instanceof Error ? error.message : ''),
    send: (file, { signal, onProgress }) =>
      new Promise((resolve, fail) => {
        signal.addEventListener('abort', () => fail(signal.reason));
        sends.push({ file, signal, onProgress, end: () => resolve(`id of ${file.name}`), fail });
      }),
  });
  const states = () => queue.all().map(({ state }) => state);
  const files = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `${index}.jpg`, size: 100 }));
  return { queue, sends, states, files };
};

describe('uploadQueue', () => {
  it('sends four at a time, in order, and the next when one has ended', async () => {
    const { queue, sends, states, files } = given();
    queue.add(files(6));
    expect(sends.map(({ file }) => file.name)).toEqual(['0.jpg', '1.jpg', '2.jpg', '3.jpg']);
    sends[2]?.end();
    await eventually(() => expect(sends).toHaveLength(5));
    expect(states()).toEqual(['sending', 'sending', 'sent', 'sending', 'sending', 'waiting']);
    expect(queue.all()[2]?.imageId).toBe('id of 2.jpg');
  });

  it('does not retry a rejected file, and shows the reason', async () => {
    const { queue, sends, files } = given();
    queue.add(files(1));
    sends[0]?.fail(new RejectedError('It is too large.'));
    await eventually(() =>
      expect(queue.all()[0]).toMatchObject({ state: 'rejected', reason: 'It is too large.' }),
    );
    expect(sends).toHaveLength(1);
  });

  it('retries twice what failed, and leaves further retries to the user', async () => {
    const { queue, sends, states, files } = given();
    queue.add(files(1));
    for (let attempt = 0; attempt < 3; attempt++) {
      await eventually(() => expect(sends).toHaveLength(attempt + 1));
      sends[attempt]?.onProgress(50);
      sends[attempt]?.fail(new Error('connection lost'));
    }
    await eventually(() => expect(states()).toEqual(['failed']));
    expect(queue.all()[0]).toMatchObject({ reason: 'connection lost', sentBytes: 0 });

    queue.retry(1);
    await eventually(() => expect(sends).toHaveLength(4));
    sends[3]?.end();
    await eventually(() => expect(states()).toEqual(['sent']));
    expect(queue.all()[0]).not.toHaveProperty('reason');
  });

  it('cancels what is being sent, what waits, and what waits for a retry', async () => {
    const { queue, sends, states, files } = given({ retryDelaysMs: [60_000] });
    queue.add(files(6));
    sends[0]?.fail(new Error('connection lost'));
    queue.cancelAll();
    expect(states()).toEqual(Array.from({ length: 6 }, () => 'cancelled'));
    expect(sends[1]?.signal.aborted).toBe(true);

    // The slots are free again.
    queue.add(files(1));
    await eventually(() => expect(states().at(-1)).toBe('sending'));
    expect(sends).toHaveLength(5);
  });

  it('removes what has ended, and not what is in progress', async () => {
    const { queue, sends, states, files } = given();
    queue.add(files(2));
    sends[0]?.end();
    await eventually(() => expect(states()).toEqual(['sent', 'sending']));
    queue.clear();
    expect(states()).toEqual(['sending']);
  });
});

describe('the progress of uploads', () => {
  it('counts the bytes of uploads, and not of rejected ones', () => {
    const upload = { id: 1, name: 'a', sizeBytes: 100, sentBytes: 50 };
    const progress = totalProgress([
      { ...upload, state: 'sending' },
      { ...upload, state: 'sent', sentBytes: 100 },
      { ...upload, state: 'rejected', sentBytes: 0 },
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
