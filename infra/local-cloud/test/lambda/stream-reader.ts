import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { openCheckpoints } from '../../lambda/checkpoints.ts';
import { StreamEvent, type StreamMapping } from '../../lambda/stream-event.ts';
import { startStreamSource } from '../../lambda/stream-source.ts';
import { openAws } from '../../template/call-aws.ts';
import { createThings, emptyFolder, start, withStream } from '../dynamodb/dynamodb-harness.ts';

export const Records = z.array(
  z.looseObject({ dynamodb: z.looseObject({ SequenceNumber: z.string(), Keys: z.unknown() }) }),
);

/** A table with a stream, and a reader of it that calls `invoke` with the ids of each batch. */
export const openReader = async () => {
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
  return { put, read, sent, events, dynamodb };
};
