import type { Environment } from './template.ts';

/** Resources that the local cloud has. */
export const servedTypes = {
  queue: 'AWS::SQS::Queue',
  bucket: 'AWS::S3::Bucket',
  table: 'AWS::DynamoDB::Table',
} as const;

export const nameProperties: Record<string, string> = {
  [servedTypes.queue]: 'QueueName',
  [servedTypes.bucket]: 'BucketName',
  [servedTypes.table]: 'TableName',
};

/**
 * `Ref` and every `Fn::GetAtt` of a resource by its type and final name; undefined for a type that
 * the local cloud does not have. CloudFormation Template Reference, "Return values" of each type.
 */
export const resourceAttributes = (
  type: string,
  name: string,
  { region, accountId, sqsUrl }: Environment,
): Record<string, string> | undefined => {
  if (type === servedTypes.queue) {
    const url = `${sqsUrl}/${accountId}/${name}`;
    const Arn = `arn:aws:sqs:${region}:${accountId}:${name}`;
    return { Ref: url, Arn, QueueName: name, QueueUrl: url };
  }
  if (type === servedTypes.bucket)
    return {
      Ref: name,
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
      WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
    };
  if (type === servedTypes.table) {
    const Arn = `arn:aws:dynamodb:${region}:${accountId}:table/${name}`;
    // The end of a stream's real ARN is the time at which it was made: DescribeTable returns it.
    return { Ref: name, Arn, StreamArn: `${Arn}/stream/local` };
  }
  return undefined;
};
