import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { openCheckpoints } from '../../lambda/checkpoints.ts';
import { StreamEvent, type StreamMapping } from '../../lambda/stream-event.ts';
import { startStreamSource } from '../../lambda/stream-source.ts';
import { openAws } from '../../template/call-aws.ts';
import { createThings, emptyFolder, start, withStream } from '../dynamodb/dynamodb-harness.ts';

const Records = z.array(
  z.looseObject({ dynamodb: z.looseObject({ SequenceNumber: z.string(), Keys: z.unknown() }) }),
);

/** A table with a stream, and a reader of it that calls `invoke` with the ids of each batch. */
const openReader = async () => {
  const dynamodb = await start();
  await createThings(dynamodb.client, withStream);
  const file = join(emptyFolder(), 'checkpoints.db');
  const sent: { queueArn: string; body: string }[] = [];
  const events: unknown[] = [];

  const put = async (...ids: string[]) => {
    for (const id of ids)
      await dynamodb.client.send(
        new PutItemCommand({ TableName: 'things', Item: { id: { S: id } } }),
      );
  };
  const read = (
    more: Partial<StreamMapping>,
    invoke: (ids: string[], sequences: string[]) => unknown,
  ) => {
    const {
      arn: _,
      type: __,
      destinations: ___,
      ...standard
    } = StreamEvent.parse({
      type: 'dynamodb',
      arn: '',
    });
    const checkpoints = openCheckpoints(file);
    const source = startStreamSource(
      {
        ...standard,
        streamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/things/stream/local',
        onFailureArn: undefined,
        ...more,
      },
      {
        dynamodb: openAws(dynamodb.url, { region: 'us-east-1' }),
        checkpoints,
        functionName: 'work',
        region: 'us-east-1',
        accountId: '000000000000',
        invoke: async (event) => {
          events.push(event);
          const records = Records.parse(event.Records);
          const ids = records.map(({ dynamodb: { Keys } }) => Object(Keys).id.S);
          return invoke(
            ids,
            records.map((one) => one.dynamodb.SequenceNumber),
          );
        },
        sendToQueue: async (queueArn, body) => void sent.push({ queueArn, body }),
        report: () => {},
        pollMs: 20,
        firstBackoffMs: 1,
      },
    );
    let stopping: Promise<void> | undefined;
    const stop = () => {
      stopping ??= source.stop(2000).then(checkpoints.close);
      return stopping;
    };
    onTestFinished(stop);
    return { ...source, stop };
  };
  return { put, read, sent, events };
};

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

describe('a batch that fails', () => {
  it('is retried until it succeeds, and later records wait for it', async () => {
    const { put, read } = await openReader();
    const calls: string[] = [];
    await put('a', 'b');

    read({ batchSize: 1 }, (ids) => {
      calls.push(...ids);
      if (calls.length < 4) throw new Error('not yet');
    });

    await expect.poll(() => calls).toEqual(['a', 'a', 'a', 'a', 'b']);
  });

  it('is bisected until the failing record is alone, which is then sent to the on-failure destination', async () => {
    const { put, read, sent } = await openReader();
    const done: string[] = [];
    const sequences = new Map<string, string>();
    await put('a', 'b', 'bad', 'd');

    read(
      {
        bisectBatchOnFunctionError: true,
        maximumRetryAttempts: 1,
        onFailureArn: 'arn:aws:sqs:us-east-1:000000000000:failed',
      },
      (ids, numbers) => {
        for (const [at, id] of ids.entries()) sequences.set(id, numbers[at] ?? '');
        if (ids.includes('bad')) throw new Error('no');
        done.push(...ids);
      },
    );

    await expect.poll(() => done).toEqual(['a', 'b', 'd']);
    expect(sent.map(({ queueArn }) => queueArn)).toEqual([
      'arn:aws:sqs:us-east-1:000000000000:failed',
    ]);
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({
      version: '1.0',
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
      DDBStreamBatchInfo: {
        batchSize: 1,
        startSequenceNumber: sequences.get('bad'),
        endSequenceNumber: sequences.get('bad'),
      },
    });
  });

  it('is retried from the first record that the function reports as failed', async () => {
    const { put, read } = await openReader();
    const batches: string[][] = [];
    await put('a', 'b', 'c');

    read({ functionResponseType: 'ReportBatchItemFailures' }, (ids, numbers) => {
      batches.push(ids);
      return batches.length === 1
        ? { batchItemFailures: [{ itemIdentifier: numbers[2] }, { itemIdentifier: numbers[1] }] }
        : { batchItemFailures: [] };
    });

    await expect
      .poll(() => batches)
      .toEqual([
        ['a', 'b', 'c'],
        ['b', 'c'],
      ]);
  });

  it('fails as a whole where the answer names a record that was not in it', async () => {
    const { put, read } = await openReader();
    const batches: string[][] = [];
    await put('a', 'b');

    read({ functionResponseType: 'ReportBatchItemFailures' }, (ids) => {
      batches.push(ids);
      return batches.length === 1 ? { batchItemFailures: [{ itemIdentifier: '7' }] } : undefined;
    });

    await expect
      .poll(() => batches)
      .toEqual([
        ['a', 'b'],
        ['a', 'b'],
      ]);
  });
});

it('a stream event source refuses a parameter that would have no effect', () => {
  const parsed = StreamEvent.safeParse({ type: 'dynamodb', arn: 'a', filterPatterns: [] });

  expect(parsed.error?.issues[0]?.message).toContain('filterPatterns');
});
