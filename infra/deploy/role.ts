import type { Grant } from './rights/meaning.ts';
import { meanings, type Right } from './rights/rights.ts';

type Statement = { Effect: 'Allow'; Action: string[]; Resource: unknown; Condition?: unknown };

/** A resource of this account and region. */
const arn = (service: string, rest: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`,
});

/** Where a function writes its log; the group itself is made by the template, with its retention. */
const logsOf = (functionName: string): Statement => ({
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: arn('logs', `log-group:/aws/lambda/${functionName}:*`),
});

/** One statement for each resource. */
const statementsOf = (grants: readonly Grant[]): Statement[] => {
  const byResource = new Map<string, { resource: unknown; actions: Set<string> }>();
  for (const { resource, actions } of grants) {
    const key = JSON.stringify(resource);
    const known = byResource.get(key) ?? { resource, actions: new Set<string>() };
    for (const action of actions) known.actions.add(action);
    byResource.set(key, known);
  }
  return [...byResource.values()].map(({ resource, actions }) => ({
    Effect: 'Allow',
    Action: [...actions].sort(),
    Resource: resource,
  }));
};

/** A parameter is named `/a/b` or `a`, or by its ARN where another account shares it. */
const parameterArn = (name: string): unknown =>
  name.startsWith('arn:') ? name : arn('ssm', `parameter/${name.replace(/^\//, '')}`);

/**
 * A parameter may be encrypted with any key of this account, which we do not know; but only SSM may
 * use it for us, and only for these parameters (Systems Manager User Guide, "AWS KMS encryption for
 * Parameter Store SecureString parameters").
 */
const secretsOf = (parameters: readonly string[]): Statement[] => {
  if (parameters.length === 0) return [];
  const arns = parameters.map(parameterArn);
  return [
    { Effect: 'Allow', Action: ['ssm:GetParameter'], Resource: arns },
    {
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: arn('kms', 'key/*'),
      Condition: {
        StringEquals: {
          'kms:ViaService': { 'Fn::Sub': `ssm.\${AWS::Region}.amazonaws.com` },
          'kms:EncryptionContext:PARAMETER_ARN': arns,
        },
      },
    },
  ];
};

type Options = {
  /** As Lambda knows it, with service and stage. */
  functionName: string;
  rights: readonly Right[];
  /** The function's environment; of it `…_PARAMETER` counts, which names where a secret lies. */
  environment: Readonly<Record<string, unknown>>;
};

/** The role of one function: its log, and what its rights mean. */
export const roleOf = ({ functionName, rights, environment }: Options) => {
  const meant = rights.map((right) => {
    const meaning = meanings.get(right);
    if (!meaning) throw new Error(`${functionName} has a right that means nothing: ${right}.`);
    return meaning;
  });
  const parameters = meant
    .flatMap(({ secrets = [] }) => secrets)
    .map((secret) => environment[`${secret}_PARAMETER`])
    .flatMap((name) => (typeof name === 'string' && name !== '' ? [name] : []));
  const statements = [
    logsOf(functionName),
    ...statementsOf(meant.flatMap(({ grants }) => grants)),
    ...secretsOf([...new Set(parameters)].sort()),
  ];
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      },
      Policies: [
        {
          PolicyName: functionName,
          PolicyDocument: { Version: '2012-10-17', Statement: statements },
        },
      ],
    },
  };
};
