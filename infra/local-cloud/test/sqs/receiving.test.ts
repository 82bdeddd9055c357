import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
} from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Sqs, start } from './sqs-fixture.ts';

let sqs: Sqs;
let queue: string;
let sendFromWithin: (body: string, options?: { delayMs?: number }) => void;
beforeEach(async () => {
  const running = await start();
  sqs = running.sqs;
  queue = await sqs.createQueue('work');
  const { QueueArn = '' } = await sqs.readAttributes(queue);
  sendFromWithin = (body, options) => running.sendMessage(QueueArn, body, options);
});

const changeVisibility = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
  sqs.client.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: queue, ReceiptHandle, VisibilityTimeout }),
  );
const elapsedMs = async (work: () => Promise<unknown>) => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};

describe('ReceiveMessage', () => {
  it('returns the oldest messages first, and at most MaxNumberOfMessages', async () => {
    for (const body of ['1', '2', '3']) await sqs.send(queue, body);

    expect(await sqs.bodies(queue, { MaxNumberOfMessages: 2 })).toEqual(['1', '2']);
    expect(await sqs.bodies(queue, { MaxNumberOfMessages: 2 })).toEqual(['3']);
  });

  it('hides a message for the visibility timeout', async () => {
    await sqs.send(queue, 'at work');
    await sqs.receive(queue, { VisibilityTimeout: 600 });

    expect(await sqs.receive(queue)).toEqual([]);
    expect(await sqs.readAttributes(queue)).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '1',
    });
  });

  it('returns a message again when its visibility timeout has ended', async () => {
    await sqs.send(queue, 'again');

    const [first] = await sqs.receive(queue, { VisibilityTimeout: 1 });
    const [second] = await sqs.receive(queue, { WaitTimeSeconds: 10 });

    expect(second?.Attributes).toMatchObject({
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: first?.Attributes?.ApproximateFirstReceiveTimestamp,
    });
    expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
  });

  it.each([
    [{ MaxNumberOfMessages: 11 }],
    [{ MaxNumberOfMessages: 0 }],
    [{ WaitTimeSeconds: 21 }],
    [{ VisibilityTimeout: 43_201 }],
  ])('is refused beyond the limits of SQS: %j', async (options) => {
    await expect(sqs.receive(queue, options)).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: expect.stringMatching(/for parameter \w+ is invalid\. Reason: Must be/),
    });
  });
});

describe('a long poll', () => {
  it('is answered as soon as a message is sent', async () => {
    const waiting = sqs.bodies(queue, { WaitTimeSeconds: 20 });

    const ms = await elapsedMs(async () => {
      await sqs.send(queue, 'hello');
      expect(await waiting).toEqual(['hello']);
    });

    expect(ms).toBeLessThan(15_000);
  });

  it('is answered when a delayed message becomes visible', async () => {
    const waiting = sqs.bodies(queue, { WaitTimeSeconds: 20 });

    const ms = await elapsedMs(async () => {
      await sqs.send(queue, 'later', { DelaySeconds: 1 });
      expect(await waiting).toEqual(['later']);
    });

    expect(ms).toBeGreaterThan(900);
    expect(ms).toBeLessThan(15_000);
  });

  it('is answered when another receiver makes its message visible', async () => {
    await sqs.send(queue, 'given back');
    const [message] = await sqs.receive(queue);
    const waiting = sqs.bodies(queue, { WaitTimeSeconds: 20 });

    await changeVisibility(message?.ReceiptHandle, 0);

    expect(await waiting).toEqual(['given back']);
  });

  it('ends empty after its wait time, which defaults to that of the queue', async () => {
    const patient = await sqs.createQueue('patient', { ReceiveMessageWaitTimeSeconds: '1' });

    const ms = await elapsedMs(async () => expect(await sqs.receive(patient)).toEqual([]));

    expect(ms).toBeGreaterThan(900);
  });

  it('receives no message for a client that has disconnected', async () => {
    const leaving = new AbortController();
    const gone = sqs.receive(queue, { WaitTimeSeconds: 20 }, leaving.signal);
    const rejected = expect(gone).rejects.toThrow();
    await sqs.readAttributes(queue); // answered after the receiver has begun to wait
    leaving.abort();
    await rejected;
    const waiting = sqs.receive(queue, { WaitTimeSeconds: 20 });

    await sqs.send(queue, 'for who is there');

    expect(await waiting).toMatchObject([
      { Body: 'for who is there', Attributes: { ApproximateReceiveCount: '1' } },
    ]);
  });

  it('delivers each message to one of several waiting receivers', async () => {
    const waiting = [1, 2, 3].map(() => sqs.bodies(queue, { WaitTimeSeconds: 4 }));
    await sqs.readAttributes(queue);

    await sqs.send(queue, 'one');
    await sqs.send(queue, 'two');

    const received = await Promise.all(waiting);
    expect(received.sort()).toEqual([[], ['one'], ['two']]);
  });
});

describe('a delayed message', () => {
  it('is counted, and not received before its delay has passed', async () => {
    await sqs.send(queue, 'later', { DelaySeconds: 60 });

    expect(await sqs.bodies(queue)).toEqual([]);
    expect(await sqs.readAttributes(queue)).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '1',
    });
  });

  it('has the delay of its queue by default', async () => {
    const slow = await sqs.createQueue('slow', { DelaySeconds: '60' });
    await sqs.send(slow, 'later');
    await sqs.send(slow, 'at once', { DelaySeconds: 0 });

    expect(await sqs.bodies(slow)).toEqual(['at once']);
  });

  it('may have a fraction of a second only when sent in the same process', async () => {
    await expect(sqs.send(queue, 'soon', { DelaySeconds: 0.1 })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });

    const ms = await elapsedMs(async () => {
      sendFromWithin('soon', { delayMs: 300 });
      expect(await sqs.bodies(queue, { WaitTimeSeconds: 10 })).toEqual(['soon']);
    });

    expect(ms).toBeGreaterThan(290);
  });
});

describe('a receipt handle', () => {
  it('of an earlier receive deletes nothing and changes nothing', async () => {
    await sqs.send(queue, 'work');
    const [first] = await sqs.receive(queue, { VisibilityTimeout: 0 });
    const [second] = await sqs.receive(queue);

    await sqs.delete(queue, first?.ReceiptHandle);
    await expect(changeVisibility(first?.ReceiptHandle, 0)).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    expect(await sqs.readAttributes(queue)).toMatchObject({
      ApproximateNumberOfMessagesNotVisible: '1',
    });

    await sqs.delete(queue, second?.ReceiptHandle);
    expect(await sqs.readAttributes(queue)).toMatchObject({
      ApproximateNumberOfMessagesNotVisible: '0',
    });
    await sqs.delete(queue, second?.ReceiptHandle); // once more is no error
  });

  it('still deletes a message that has become visible again and was not received since', async () => {
    await sqs.send(queue, 'slow work');
    const [message] = await sqs.receive(queue, { VisibilityTimeout: 0 });

    await sqs.delete(queue, message?.ReceiptHandle);

    expect(await sqs.bodies(queue)).toEqual([]);
  });

  it('changes no visibility of a message that is not in flight', async () => {
    await sqs.send(queue, 'visible');
    const [message] = await sqs.receive(queue, { VisibilityTimeout: 0 });

    await expect(changeVisibility(message?.ReceiptHandle, 10)).rejects.toMatchObject({
      name: 'MessageNotInflight',
    });
  });

  it('is refused when it is malformed, or belongs to another queue', async () => {
    const other = await sqs.createQueue('other');
    await sqs.send(other, 'elsewhere');
    const [message] = await sqs.receive(other);
    const invalid = { name: 'ReceiptHandleIsInvalid' };

    await expect(sqs.delete(queue, 'forged')).rejects.toMatchObject(invalid);
    await expect(sqs.delete(queue, message?.ReceiptHandle)).rejects.toMatchObject(invalid);
    await expect(changeVisibility('forged', 0)).rejects.toMatchObject(invalid);
  });

  it('works in a batch: one call makes several messages visible', async () => {
    await sqs.send(queue, 'one');
    await sqs.send(queue, 'two');
    const received = await sqs.receive(queue);
    const Entries = received.map(({ ReceiptHandle }, at) => ({
      Id: String(at),
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));

    await sqs.client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queue, Entries }));

    expect((await sqs.bodies(queue)).sort()).toEqual(['one', 'two']);
  });
});
