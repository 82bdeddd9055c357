import { describe, expect, it } from 'vitest';
import { StreamEvent } from '../../lambda/stream-event.ts';
import { openReader } from './stream-reader.ts';

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
