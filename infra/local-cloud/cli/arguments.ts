import { parseArgs } from 'node:util';

export const help = `local-cloud template.yml [options]

Starts S3, SQS and DynamoDB on this machine, with the buckets, queues, tables and S3 notifications
of a CloudFormation template (YAML or JSON). What was stored is there again at the next start.

  --data DIR               where everything is stored (.local-cloud)
  --s3-port PORT           4569; 0 picks a free one
  --sqs-port PORT          4576; 0 picks a free one
  --dynamodb-port PORT     4577; 0 picks a free one
  --host ADDRESS           the address to listen on (127.0.0.1). On any other, its clients may
                           use SQS and DynamoDB, which check no signatures
  --stack-name NAME        AWS::StackName, which names resources that have no name (local)
  --parameter NAME=VALUE   instead of a parameter's default; as often as needed
  --help

AWS_REGION (us-east-1) is the region, and AWS_SECRET_ACCESS_KEY (local) what S3 checks signatures with.`;

/** What is wrong with the command, in one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type Arguments = {
  template: string;
  data: string;
  host: string;
  stackName: string;
  parameters: Record<string, string>;
  ports: { s3: number; sqs: number; dynamodb: number };
};

const text = { type: 'string' } as const;
const options = {
  data: { ...text, default: '.local-cloud' },
  host: { ...text, default: '127.0.0.1' },
  's3-port': { ...text, default: '4569' },
  'sqs-port': { ...text, default: '4576' },
  'dynamodb-port': { ...text, default: '4577' },
  'stack-name': { ...text, default: 'local' },
  parameter: { ...text, multiple: true, default: [] as string[] },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** The arguments, or 'help' where that was requested. Throws UsageError. */
export const readArguments = (args: readonly string[]): Arguments | 'help' => {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  const [template, ...others] = positionals;
  if (template === undefined)
    throw new UsageError('Name the template: local-cloud template.yml (see --help).');
  if (others.length > 0) throw new UsageError(`One template at a time, not also ${others[0]}.`);
  if (!/^[a-zA-Z][a-zA-Z0-9-]{0,127}$/.test(values['stack-name']))
    throw new UsageError(
      '--stack-name takes letters, digits and hyphens, and begins with a letter.',
    );
  return {
    template,
    data: values.data,
    host: values.host,
    stackName: values['stack-name'],
    parameters: Object.fromEntries(values.parameter.map(parseParameter)),
    ports: {
      s3: parsePort('--s3-port', values['s3-port']),
      sqs: parsePort('--sqs-port', values['sqs-port']),
      dynamodb: parsePort('--dynamodb-port', values['dynamodb-port']),
    },
  };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split(
      /\. |\n/,
    );
    throw new UsageError(`${sentence.replace(/\.$/, '')} (--help lists the options).`);
  }
};

const parsePort = (name: string, value: string): number => {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new UsageError(`${name} takes a number from 0 to 65535, not ${value}.`);
};

const parseParameter = (given: string): [string, string] => {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(given) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new UsageError(`--parameter takes NAME=VALUE, not ${given}.`);
};
