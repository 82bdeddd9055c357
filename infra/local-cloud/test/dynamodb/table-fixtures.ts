import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

export const TableName = 'things';

export const describe = async (client: DynamoDBClient, name = TableName) =>
  (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
