import { type StreamSpecification, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { openReader } from './stream-reader.ts';

describe('a function behind a stream', () => {
  it('gets the changes in order, as Lambda hands them over', async () => {
    const { put, read, events } = await openReader();
    const seen: string[] = [];
    await put('a', 'b');

    read({}, (ids) => void seen.push(...ids));

    await expect.poll(() => seen).toEqual(['a', 'b']);
    await put('c');
    await expect.poll(() => seen).toEqual(['a', 'b', 'c']);
    expect(events[0]).toMatchObject({
      Records: [
        {
          eventName: 'INSERT',
          eventSource: 'aws:dynamodb',
          eventSourceARN: expect.stringMatching(/:table\/things\/stream\/\d{4}-/),
          dynamodb: { NewImage: { id: { S: 'a' } }, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        },
        expect.anything(),
      ],
    });
  });

  it('gets batches of at most its batch size', async () => {
    const { put, read } = await openReader();
    const batches: string[][] = [];
    await put('a', 'b', 'c', 'd', 'e');

    read({ batchSize: 2 }, (ids) => void batches.push(ids));

    await expect.poll(() => batches).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('waits for more records within its batching window', async () => {
    const { put, read } = await openReader();
    const batches: string[][] = [];
    const source = read({ batchSize: 3, batchWindow: 20 }, (ids) => void batches.push(ids));

    for (const id of ['a', 'b', 'c']) {
      await put(id);
      source.wake();
    }

    await expect.poll(() => batches).toEqual([['a', 'b', 'c']]);
  });

  it('that has a tumbling window gets its shard, the window and its own last state', async () => {
    const { put, read, events } = await openReader();
    await put('a', 'b');

    read({ batchSize: 1, tumblingWindowInSeconds: 900 }, (ids) => ({ state: { last: ids[0] } }));

    await expect.poll(() => events.length).toBe(2);
    const [first, second] = events;
    expect(first).toMatchObject({
      shardId: expect.stringMatching(/^shardId-\d{20}-\d{8}$/),
      eventSourceARN: expect.stringMatching(/:table\/things\/stream\//),
      window: { start: expect.any(String), end: expect.any(String) },
      state: {},
      isFinalInvokeForWindow: false,
    });
    const { window } = Object(first);
    expect(Date.parse(window.end) - Date.parse(window.start)).toBe(900_000);
    expect(second).toMatchObject({ state: { last: 'a' } });
  });

  it('that has a tumbling window gets its records again until it returns a state', async () => {
    const { put, read } = await openReader();
    const seen: string[] = [];
    await put('a', 'b');

    read({ batchSize: 1, tumblingWindowInSeconds: 900 }, (ids) => {
      seen.push(...ids);
      return seen.length === 1 ? undefined : { state: {} };
    });

    await expect.poll(() => seen).toEqual(['a', 'a', 'b']);
  });

  it('resumes at its checkpoint after a restart, and gets an unfinished batch again', async () => {
    const { put, read } = await openReader();
    const first: string[] = [];
    await put('a', 'b');
    const before = read({ batchSize: 1 }, (ids) => {
      first.push(...ids);
      // As after a kill: the second is never finished.
      return ids[0] === 'b' ? new Promise(() => {}) : undefined;
    });
    await expect.poll(() => first).toEqual(['a', 'b']);
    await before.stop();

    const second: string[] = [];
    read({ batchSize: 1 }, (ids) => void second.push(...ids));

    await expect.poll(() => second).toEqual(['b']);
  });

  it('goes on with the next stream of the table when the one it reads has ended', async () => {
    const { put, read, dynamodb } = await openReader();
    const seen: string[] = [];
    await put('a');
    read({}, (ids) => void seen.push(...ids));
    await expect.poll(() => seen).toEqual(['a']);

    const change = (StreamSpecification: StreamSpecification) =>
      dynamodb.client.send(new UpdateTableCommand({ TableName: 'things', StreamSpecification }));
    await change({ StreamEnabled: false });
    await change({ StreamEnabled: true, StreamViewType: 'NEW_IMAGE' });
    await put('b');

    await expect.poll(() => seen).toEqual(['a', 'b']);
  });

  it('that starts at LATEST gets no older record, but all that were added while it was down', async () => {
    const { put, read } = await openReader();
    await put('old');
    const seen: string[] = [];
    const before = read({ startingPosition: 'LATEST' }, (ids) => void seen.push(...ids));
    let written = 0;
    await expect
      .poll(async () => {
        await put(`new-${written++}`);
        return seen.length;
      })
      .toBeGreaterThan(0);
    await before.stop();
    await put('meanwhile');

    read({ startingPosition: 'LATEST' }, (ids) => void seen.push(...ids));

    await expect.poll(() => seen).toContain('meanwhile');
    expect(seen).not.toContain('old');
  });
});
