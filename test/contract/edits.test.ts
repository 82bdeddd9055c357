import { DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoEditSessions } from '#lib/aws/dynamo-edit-sessions.ts';
import { dynamoEdits } from '#lib/aws/dynamo-edits.ts';
import { sqsEditQueue } from '#lib/aws/sqs-edit-queue.ts';
import { EditMessage } from '#lib/edits/edits.ts';
import { anEdit } from '#test/support/edit-builder.ts';
import { eventually } from '#test/support/eventually.ts';
import { inMemoryEdits } from '#test/support/in-memory-edits.ts';
import { openDynamodbBackend, openSqsBackend } from './backend.ts';
import { editsContract } from './edits.contract.ts';

editsContract('memory', async () => inMemoryEdits());

let backend: Awaited<ReturnType<typeof openDynamodbBackend>>;
beforeAll(async () => {
  backend = await openDynamodbBackend();
});
afterAll(() => backend.stop());
const makeTable = async () => ({ editSessionsTable: await backend.makeTable('EditSessionsTable') });

editsContract('DynamoDB', async () => dynamoEdits(await makeTable(), backend.client));

describe('DynamoDB', () => {
  it('stores edits in the table of their sessions, under keys of their own', async () => {
    const table = await makeTable();
    const edits = dynamoEdits(table, backend.client);
    const editSessions = dynamoEditSessions(table, backend.client);
    const now = new Date();
    const { initId } = await editSessions.add({ ttlSeconds: 60 }, now);
    await edits.save(undefined, anEdit({ editId: '1' }));

    expect(await edits.find('head')).toBeUndefined();
    expect((await editSessions.report(now)).entries).toHaveLength(1);
    expect((await editSessions.find(initId, now))?.process.initId).toBe(initId);
  });

  it('expires an edit a day after its session, not before, so that its worker still finds it', async () => {
    const { editSessionsTable } = await makeTable();
    const edit = anEdit();
    await dynamoEdits({ editSessionsTable }, backend.client).save(undefined, edit);

    const { Item } = await backend.client.send(
      new GetCommand({ TableName: editSessionsTable, Key: { slot: `edit#${edit.editId}` } }),
    );

    expect(Item?.['expires']).toBe(Date.parse(edit.expiresAt) / 1000 + 24 * 60 * 60);
  });
});

describe('SQS', () => {
  it('sends the message of an edit to its queue', async () => {
    const queues = await openSqsBackend();
    try {
      const runEdit = await queues.makeQueue();
      const message = { edit_id: 'an-edit', image_id: 'an-image', request_id: 'größe' };

      await sqsEditQueue({ 'run-edit': runEdit }, queues.client).enqueue(message);

      await eventually(async () => {
        const { Messages = [] } = await queues.client.send(
          new ReceiveMessageCommand({ QueueUrl: runEdit, WaitTimeSeconds: 0 }),
        );
        expect(Messages.map(({ Body = '' }) => EditMessage.parse(JSON.parse(Body)))).toEqual([
          message,
        ]);
        const ReceiptHandle = Messages[0]?.ReceiptHandle;
        await queues.client.send(new DeleteMessageCommand({ QueueUrl: runEdit, ReceiptHandle }));
      });
    } finally {
      await queues.stop();
    }
  });
});
