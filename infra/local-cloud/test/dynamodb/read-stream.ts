import {
  type _Record as ChangeRecord,
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type ShardIteratorType,
} from '@aws-sdk/client-dynamodb-streams';

/** The newest stream of a table and its shard. */
export const findStream = async (streams: DynamoDBStreamsClient, TableName: string) => {
  const { Streams = [] } = await streams.send(new ListStreamsCommand({ TableName }));
  const StreamArn = Streams.at(-1)?.StreamArn;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  return { StreamArn, ShardId: StreamDescription?.Shards?.[0]?.ShardId, StreamDescription };
};

export const openIterator = async (
  streams: DynamoDBStreamsClient,
  TableName: string,
  ShardIteratorType: ShardIteratorType = 'TRIM_HORIZON',
  SequenceNumber?: string,
) => {
  const { StreamArn, ShardId } = await findStream(streams, TableName);
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType, SequenceNumber }),
  );
  return ShardIterator;
};

/** All records of a table's stream, from the oldest. */
export const allRecords = async (
  streams: DynamoDBStreamsClient,
  TableName: string,
): Promise<ChangeRecord[]> => {
  const found: ChangeRecord[] = [];
  let ShardIterator = await openIterator(streams, TableName);
  for (;;) {
    const page = await streams.send(new GetRecordsCommand({ ShardIterator }));
    found.push(...(page.Records ?? []));
    ShardIterator = page.NextShardIterator;
    if (!page.Records?.length || !ShardIterator) return found;
  }
};
