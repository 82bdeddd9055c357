import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { Content, type ContentMove, type Contents } from '#lib/images/images.ts';
import { dynamodb } from './clients.ts';
import { happened } from './dynamo-conditions.ts';

const Item = z
  .object({
    maker: z.string(),
    refs: z.int(),
    caption: Content.shape.caption,
    content: Content.omit({ maker: true, refs: true, caption: true }),
  })
  .transform(
    ({ content, maker, refs, caption }): Content => ({
      ...content,
      maker,
      refs,
      ...(caption && { caption }),
    }),
  );

/** Contents in DynamoDB, read strongly consistent: a claim is decided on what is read here. */
export const dynamoContents = (
  { contentsTable }: { contentsTable: string },
  client: DynamoDBDocumentClient = dynamodb(),
): Contents => ({
  async find(contentId) {
    const { Item: item } = await client.send(
      new GetCommand({
        TableName: contentsTable,
        Key: { content_id: contentId },
        ConsistentRead: true,
      }),
    );
    return item && Item.parse(item);
  },
});

/** A move's part in a transaction; none for a caption, which must not be able to fail one. */
export const writesOf = (table: string, move: ContentMove) => {
  if (move.move === 'caption') return [];
  if (move.move === 'create') {
    const { maker, caption, ...content } = move.content;
    const item = { content_id: content.contentId, maker, refs: 1, caption, content };
    const absent = 'attribute_not_exists(content_id)';
    return [{ Put: { TableName: table, Item: item, ConditionExpression: absent } }];
  }
  const target = { TableName: table, Key: { content_id: move.contentId } };
  const names = { '#maker': 'maker', '#refs': 'refs' };
  if (move.move === 'claim' || !move.last)
    return [
      {
        Update: {
          ...target,
          UpdateExpression: 'ADD #refs :n',
          ConditionExpression:
            move.move === 'claim' ? '#maker = :maker' : '#maker = :maker AND #refs > :one',
          ExpressionAttributeNames: names,
          ExpressionAttributeValues:
            move.move === 'claim'
              ? { ':maker': move.maker, ':n': 1 }
              : { ':maker': move.maker, ':n': -1, ':one': 1 },
        },
      },
    ];
  return [
    {
      Delete: {
        ...target,
        ConditionExpression: '#maker = :maker AND #refs = :one',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ':maker': move.maker, ':one': 1 },
      },
    },
  ];
};

const mostTries = 5;

/**
 * Keeps a caption with its content, so that the next image with the same bytes need not pay for
 * one. Nothing is lost but that saving if we are killed just before. The content may be gone, or
 * in use by a transaction: then it is tried again a few times, and left.
 */
export const keepCaption = async (
  table: string,
  { contentId, maker, caption }: Extract<ContentMove, { move: 'caption' }>,
  client: DynamoDBDocumentClient,
): Promise<void> => {
  for (let tries = 0; tries < mostTries; tries++) {
    const kept = await happened(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { content_id: contentId },
          UpdateExpression: 'SET #caption = :caption',
          ConditionExpression: '#maker = :maker',
          ExpressionAttributeNames: { '#caption': 'caption', '#maker': 'maker' },
          ExpressionAttributeValues: { ':caption': caption, ':maker': maker },
        }),
      ),
    );
    if (kept) return;
    const { Item: item } = await client.send(
      new GetCommand({ TableName: table, Key: { content_id: contentId }, ConsistentRead: true }),
    );
    if (item?.['maker'] !== maker) return; // gone with its last image
    await new Promise((resume) => setTimeout(resume, Math.random() * 20 * 2 ** tries));
  }
};
