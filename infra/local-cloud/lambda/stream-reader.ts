import { z } from 'zod';
import { AwsError, type CallAws } from '../template/call-aws.ts';
import { ChangeRecord } from './stream-event.ts';

const Table = z.object({ Table: z.object({ LatestStreamArn: z.string() }) });
const Stream = z.object({
  StreamDescription: z.object({ Shards: z.array(z.object({ ShardId: z.string() })) }),
});
const Iterator = z.object({ ShardIterator: z.string() });
const Page = z.object({
  Records: z.array(ChangeRecord).default([]),
  NextShardIterator: z.string().nullish(),
});

const streams = (operation: string) => `DynamoDBStreams_20120810.${operation}`;
const maxRecordsPerRead = 1000;

/** The ARN of the stream that is meant: a template cannot know its end, the time of its creation. */
export const resolveStreamArn = async (call: CallAws, arn: string): Promise<string> => {
  const [, TableName] = /:table\/([^/]+)\/stream\/local$/.exec(arn) ?? [];
  if (TableName === undefined) return arn;
  return Table.parse(await call('DynamoDB_20120810.DescribeTable', { TableName })).Table
    .LatestStreamArn;
};

export const listShards = async (call: CallAws, StreamArn: string): Promise<string[]> => {
  const { StreamDescription } = Stream.parse(await call(streams('DescribeStream'), { StreamArn }));
  return StreamDescription.Shards.map(({ ShardId }) => ShardId);
};

/**
 * Reads a shard from behind a sequence number on, or from its beginning. Where records that follow
 * are gone (24 hours have passed), it goes on with the oldest that is there.
 */
export const openShard = async (
  call: CallAws,
  { streamArn, shardId, after }: { streamArn: string; shardId: string; after: string | null },
) => {
  const shard = { StreamArn: streamArn, ShardId: shardId };
  const beginning = { ...shard, ShardIteratorType: 'TRIM_HORIZON' };
  const begin = async (): Promise<string | null> => {
    const position =
      after === null
        ? beginning
        : { ...shard, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after };
    const found = await call(streams('GetShardIterator'), position).catch((error: unknown) => {
      if (!(error instanceof AwsError) || error.code !== 'TrimmedDataAccessException') throw error;
      return call(streams('GetShardIterator'), beginning);
    });
    return Iterator.parse(found).ShardIterator;
  };

  let iterator = await begin();
  return {
    /** Whether there will never be more than was read: the stream goes on in another shard, or not at all. */
    isEnded: () => iterator === null,
    /** An empty list: there are no more for now. */
    async read(limit: number): Promise<ChangeRecord[]> {
      if (iterator === null) return [];
      const Limit = Math.min(limit, maxRecordsPerRead);
      const page = Page.parse(
        await call(streams('GetRecords'), { ShardIterator: iterator, Limit }),
      );
      iterator = page.NextShardIterator ?? null; // null: the shard has ended
      return page.Records;
    },
  };
};
