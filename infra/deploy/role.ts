import { z } from 'zod';

/** One statement of `iamRoleStatements` in a functions.yml; osls has resolved its references. */
export const IamStatement = z.strictObject({
  Effect: z.literal('Allow'),
  Action: z.array(z.string()).min(1),
  Resource: z.unknown(),
});
export type IamStatement = z.infer<typeof IamStatement>;

type Statement = IamStatement & { Condition?: unknown };

/** A resource of this account and region. */
const arn = (service: string, rest: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`,
});

/** Where a function writes its log; the group itself is made by the template, with its retention. */
const logStatement = (functionName: string): Statement => ({
  Effect: 'Allow',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: arn('logs', `log-group:/aws/lambda/${functionName}:*`),
});

/** A parameter is named `/a/b` or `a`, or by its ARN where another account shares it. */
const parameterArn = (name: string): unknown =>
  name.startsWith('arn:') ? name : arn('ssm', `parameter/${name.replace(/^\//, '')}`);

/**
 * A parameter may be encrypted with any key of this account; but only SSM may use it for this role,
 * and only for these parameters (Systems Manager User Guide, "AWS KMS encryption for
 * Parameter Store SecureString parameters").
 */
const secretStatements = (parameters: readonly string[]): Statement[] => {
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
  statements: readonly IamStatement[];
  /** Names of the secrets it reads: `HF_TOKEN` is allowed by what HF_TOKEN_PARAMETER names. */
  secrets: readonly string[];
  /** The function's environment; its `…_PARAMETER` variables name the SSM parameters of secrets. */
  environment: Readonly<Record<string, unknown>>;
};

/** The execution role of one function: its log, its own statements and its secrets. */
export const toRole = ({ functionName, statements, secrets, environment }: Options) => {
  const parameters = secrets
    .map((secret) => environment[`${secret}_PARAMETER`])
    .flatMap((name) => (typeof name === 'string' && name !== '' ? [name] : []));
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
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              logStatement(functionName),
              ...statements,
              ...secretStatements([...new Set(parameters)].sort()),
            ],
          },
        },
      ],
    },
  };
};
