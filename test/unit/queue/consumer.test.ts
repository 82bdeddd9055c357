import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { logger } from '#lib/observability.ts';
import { consumer, maxReceiveCount } from '#lib/queue/consumer.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { anSqsEvent, context } from '#test/support/sqs-events.ts';

const Message = z.object({ n: z.number() });

const given = (work: (n: number) => void) => {
  const givenBack: [string, number][] = [];
  const givenUp: [number, string][] = [];
  const handler = consumer(Message, async ({ n }) => work(n), {
    queueUrl: 'http://queue.test/q',
    backOff: async (_, receiptHandle, seconds) => void givenBack.push([receiptHandle, seconds]),
    giveUp: async ({ n }, { reason }) => void givenUp.push([n, reason]),
  });
  const deliver = (bodies: unknown[], attempts = 1) =>
    handler(anSqsEvent(bodies, attempts), context);
  return { deliver, givenBack, givenUp };
};

describe('consumer', () => {
  it('returns only the messages that failed', async () => {
    const { deliver } = given((n) => {
      if (n === 13) throw new Error('unlucky');
    });
    const { batchItemFailures } = await deliver([{ n: 1 }, { n: 13 }, { n: 2 }, 'nonsense']);
    expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual([
      'm2',
      'm4',
    ]);
  });

  it('does not mix up the failures of overlapping calls', async () => {
    const slow = Promise.withResolvers<void>();
    const handler = consumer(
      Message,
      async ({ n }) => {
        if (n === 1) await slow.promise;
        throw new Error('down');
      },
      { queueUrl: 'http://queue.test/q', backOff: async () => {} },
    );
    const first = handler(anSqsEvent([{ n: 1 }]), context);
    const second = await handler(anSqsEvent([{ n: 2 }, { n: 3 }]), context);
    slow.resolve();

    expect(second.batchItemFailures).toHaveLength(2);
    expect((await first).batchItemFailures).toEqual([{ itemIdentifier: 'm1' }]);
  });

  it.each([
    [1, 2],
    [3, 8],
    [5, 32],
    [7, 60],
  ])('waits longer from receive to receive: after %i, %i seconds', async (attempts, seconds) => {
    const { deliver, givenBack, givenUp } = given(() => {
      throw new Error('down');
    });
    await deliver([{ n: 1 }], attempts);
    expect(givenBack).toEqual([['r1', seconds]]);
    expect(givenUp).toEqual([]);
  });

  it('waits for a Retry-After, up to a limit', async () => {
    const { deliver, givenBack } = given((n) => {
      throw new RetryLaterError('busy', n);
    });
    await deliver([{ n: 17 }, { n: 100_000 }]);
    expect(givenBack).toEqual([
      ['r1', 17],
      ['r2', 900],
    ]);
  });

  it.each([0, 1, 120])(
    'uses its own backoff where a retry after %d s is requested, if the backoff is longer',
    async (requestedSeconds) => {
      const { deliver, givenBack } = given(() => {
        throw new RetryLaterError('busy', requestedSeconds);
      });
      await deliver([{ n: 1 }], 5);
      expect(givenBack).toEqual([['r1', Math.max(requestedSeconds, 32)]]);
    },
  );

  it('does not delay a message that cannot be read', async () => {
    const { deliver, givenBack } = given(() => {});
    await deliver(['{', { n: 'x' }]);
    expect(givenBack).toEqual([
      ['r1', 0],
      ['r2', 0],
    ]);
  });

  it('gives up on the last receive, and still fails, so that the message goes to the dead-letter queue', async () => {
    const { deliver, givenBack, givenUp } = given(() => {
      throw new Error('the table is gone');
    });
    const { batchItemFailures } = await deliver([{ n: 7 }], maxReceiveCount);
    expect(givenUp).toEqual([[7, expect.stringMatching(/^Tried 8 times and gave up: it failed/)]]);
    expect(givenBack).toEqual([['r1', 0]]);
    expect(batchItemFailures).toEqual([{ itemIdentifier: 'm1' }]);
  });

  it('gives up with the words of another server that is busy, and with no others', async () => {
    const { deliver, givenUp } = given((n) => {
      throw n === 1 ? new RetryLaterError('It answered 503.') : new TypeError('x is undefined');
    });
    await deliver([{ n: 1 }, { n: 2 }], maxReceiveCount);
    expect(givenUp).toEqual([
      [1, 'Tried 8 times and gave up: It answered 503.'],
      [2, expect.not.stringContaining('undefined')],
    ]);
  });
});

describe('the log of a message', () => {
  afterEach(() => vi.restoreAllMocks());

  const logged = () => {
    const lines: Record<string, unknown>[] = [];
    for (const level of ['info', 'warn', 'error'] as const)
      vi.spyOn(logger, level).mockImplementation((message, ...[fields]) => {
        lines.push({ level, message, ...(typeof fields === 'object' && fields) });
      });
    return lines;
  };

  it('is one line with its outcome where the first delivery succeeds', async () => {
    const lines = logged();
    await given(() => {}).deliver([{ n: 1 }]);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'info', message: 'message handled', attempts: 1 }),
    ]);
  });

  it('says that it was received again before the work begins, since a worker may be killed', async () => {
    const lines = logged();
    const seen: unknown[] = [];
    await given(() => seen.push(...lines)).deliver([{ n: 1 }], 2);
    expect(seen).toEqual([
      expect.objectContaining({ level: 'warn', message: 'message received again', attempts: 2 }),
    ]);
  });

  it.each([
    [1, 'warn', 'message retried', 'pending'],
    [maxReceiveCount, 'error', 'message given up', 'failed'],
  ])(
    'names kind and reason of what the work threw, on receive %i at %s',
    async (attempts, level, message, state) => {
      const lines = logged();
      await given(() => {
        throw new RetryLaterError('The provider is busy.');
      }).deliver([{ n: 1 }], attempts);
      expect(lines.at(-1)).toMatchObject({
        ...{ level, message, state, attempts },
        kind: 'RetryLaterError',
        reason: 'The provider is busy.',
      });
    },
  );

  it('has the level and the fields that its outcome asks for', async () => {
    const lines = logged();
    const handler = consumer(Message, async ({ n }) => n, {
      queueUrl: 'http://queue.test/q',
      backOff: async () => {},
      log: {
        labels: { step: 'exif' },
        outcome: (n) => ({ level: 'error', fields: { state: 'failed', n } }),
      },
    });
    await handler(anSqsEvent([{ n: 3 }]), context);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'error', step: 'exif', state: 'failed', n: 3 }),
    ]);
  });
});
