import { z } from 'zod';

/** The resources of serverless.yml, as osls gives them once its own variables are resolved. */
export const Template = z.object({
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});
export type Template = z.infer<typeof Template>;

/** What a resource turns out to be where there is no CloudFormation to decide it. */
export type Place = {
  region: string;
  /** The stack's name, from which resources without a name of their own get one. */
  stackName: string;
  /** Where SQS answers: a queue's URL begins with it. */
  sqsUrl: string;
};

export const accountId = '000000000000'; // the one that emulators pretend to be

/** A value of the template that the embedded stack cannot work out; the message says which and why. */
export class UnresolvableError extends Error {
  override readonly name = 'Unresolvable';
}

/**
 * Replaces intrinsic functions and pseudo parameters in a value by what they are on the embedded
 * stack. Objects lose the keys, and lists the entries, that are `AWS::NoValue`. Throws Unresolvable.
 * CloudFormation User Guide, "Intrinsic function reference".
 */
export const makeResolver = ({ Resources }: Template, place: Place) => {
  const pseudo: Record<string, string | undefined> = {
    'AWS::Region': place.region,
    'AWS::AccountId': accountId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': place.stackName,
    'AWS::StackId': `arn:aws:cloudformation:${place.region}:${accountId}:stack/${place.stackName}/local`,
    'AWS::NoValue': undefined,
  };

  const nameOf = (logicalId: string, property: string): string => {
    const given = resolve(Resources[logicalId]?.Properties[property]);
    return typeof given === 'string' ? given : `${place.stackName}-${logicalId}`.toLowerCase();
  };

  /** `Ref` and every `Fn::GetAtt` of a resource. */
  const factsOf = (logicalId: string): Record<string, string> => {
    const type = Resources[logicalId]?.Type;
    const { region } = place;
    if (type === 'AWS::SQS::Queue') {
      const QueueName = nameOf(logicalId, 'QueueName');
      const QueueUrl = `${place.sqsUrl}/${accountId}/${QueueName}`;
      const Arn = `arn:aws:sqs:${region}:${accountId}:${QueueName}`;
      return { Ref: QueueUrl, Arn, QueueName, QueueUrl };
    }
    if (type === 'AWS::S3::Bucket') {
      const name = nameOf(logicalId, 'BucketName');
      return { Ref: name, Arn: `arn:aws:s3:::${name}`, DomainName: `${name}.s3.amazonaws.com` };
    }
    if (type === 'AWS::DynamoDB::Table') {
      const name = nameOf(logicalId, 'TableName');
      return { Ref: name, Arn: `arn:aws:dynamodb:${region}:${accountId}:table/${name}` };
    }
    const what = type ? `a resource of type ${type}` : 'not a resource of the template';
    throw new UnresolvableError(`${logicalId} is ${what}, which the embedded stack does not have.`);
  };

  const ref = (name: string): string | undefined =>
    name in pseudo ? pseudo[name] : factsOf(name)['Ref'];

  const attribute = (argument: unknown): string => {
    const [logicalId = '', name = ''] = z
      .union([z.string().transform((text) => text.split(/\.(.*)/s)), z.array(z.string())])
      .parse(argument);
    const value = factsOf(logicalId)[name];
    if (value !== undefined && name !== 'Ref') return value;
    throw new UnresolvableError(
      `The embedded stack does not know the attribute ${logicalId}.${name}.`,
    );
  };

  const substituted = (argument: unknown): string => {
    const [text, own] = z
      .union([
        z.string().transform((plain): [string, Record<string, unknown>] => [plain, {}]),
        z.tuple([z.string(), z.record(z.string(), z.unknown())]),
      ])
      .parse(argument);
    return text.replaceAll(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (name in own) return String(resolve(own[name]));
      return name.includes('.') ? attribute(name) : String(ref(name));
    });
  };

  const functions: Record<string, (argument: unknown) => unknown> = {
    Ref: (argument) => ref(z.string().parse(argument)),
    'Fn::GetAtt': attribute,
    'Fn::Sub': substituted,
    'Fn::Join': (argument) => {
      const [delimiter, parts] = z
        .tuple([z.string(), z.array(z.unknown())])
        .parse(resolve(argument));
      return parts.join(delimiter);
    },
    'Fn::Select': (argument) => {
      const [index, list] = z
        .tuple([z.coerce.number(), z.array(z.unknown())])
        .parse(resolve(argument));
      return list[index];
    },
    'Fn::Split': (argument) => {
      const [delimiter, text] = z.tuple([z.string(), z.string()]).parse(resolve(argument));
      return text.split(delimiter);
    },
  };

  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve).filter((entry) => entry !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (only && entries.length === 1 && /^(Ref|Fn::\w+)$/.test(only[0])) {
      const intrinsic = functions[only[0]];
      if (intrinsic) return intrinsic(only[1]);
      throw new UnresolvableError(`The embedded stack does not know the function ${only[0]}.`);
    }
    return Object.fromEntries(
      entries
        .map(([key, entry]): [string, unknown] => [key, resolve(entry)])
        .filter(([, entry]) => entry !== undefined),
    );
  };

  return { resolve, factsOf };
};
