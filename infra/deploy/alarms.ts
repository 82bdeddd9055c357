import { redriveAdvice } from '#infra/cli/dead-letters.ts';
import type { Watched } from './watched.ts';

// Half an hour behind is what people notice. Backoff alone takes three minutes.
const oldestMessageSeconds = 1800;
const apiTimeoutSeconds = 29; // API Gateway waits no longer
const nearTheEnd = 0.8;

type Alarm = {
  /** What happened, and what to do. */
  says: string;
  namespace: string;
  metric: string;
  of?: Record<string, unknown>;
  statistic: 'Sum' | 'Maximum' | 'p99';
  above: number;
};

/** Looks at five minutes at a time; where nothing happens, nothing is wrong. */
const alarm = ({ says, namespace, metric, of = {}, statistic, above }: Alarm) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmDescription: says,
    Namespace: namespace,
    MetricName: metric,
    Dimensions: Object.entries(of).map(([Name, Value]) => ({ Name, Value })),
    ...(statistic === 'p99' ? { ExtendedStatistic: statistic } : { Statistic: statistic }),
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: above,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: [{ Ref: 'AlarmTopic' }],
    OKActions: [{ Ref: 'AlarmTopic' }],
  },
});

const ofQueues = ({ stackName, queues }: Watched) =>
  queues.map(({ logicalId, name, isDead }) => {
    const of = { QueueName: { 'Fn::GetAtt': [logicalId, 'QueueName'] } };
    const common = { namespace: 'AWS/SQS', of, statistic: 'Maximum' } as const;
    const worker = name.slice(stackName.length + 1).replace(/-dlq$/, '');
    return isDead
      ? [
          `${logicalId}DepthAlarm`,
          alarm({
            ...common,
            says: `Messages were given up and lie in ${name}. Look at them. ${redriveAdvice(worker)}`,
            metric: 'ApproximateNumberOfMessagesVisible',
            above: 0,
          }),
        ]
      : [
          `${logicalId}AgeAlarm`,
          alarm({
            ...common,
            says: `A message has been waiting in ${name} for half an hour: its worker does not keep up.`,
            metric: 'ApproximateAgeOfOldestMessage',
            above: oldestMessageSeconds,
          }),
        ];
  });

/** Of functions behind the API, whose errors and timeouts the API counts, only the API is watched. */
const ofWorkers = ({ functions }: Watched) =>
  functions
    .filter(({ isBehindApi }) => !isBehindApi)
    .flatMap(({ key, name, timeoutSeconds }) => {
      const logicalId = key.replaceAll(/(^|-)(\w)/g, (_, __, letter: string) =>
        letter.toUpperCase(),
      );
      const common = { namespace: 'AWS/Lambda', of: { FunctionName: name } };
      return [
        [
          `${logicalId}ErrorsAlarm`,
          alarm({
            ...common,
            says: `${name} failed as a whole, not because of one message. Its log tells why.`,
            metric: 'Errors',
            statistic: 'Sum',
            above: 0,
          }),
        ],
        [
          `${logicalId}DurationAlarm`,
          alarm({
            ...common,
            says: `${name} needed more than ${nearTheEnd * 100} % of its ${timeoutSeconds} s.`,
            metric: 'Duration',
            statistic: 'Maximum',
            above: timeoutSeconds * 1000 * nearTheEnd,
          }),
        ],
      ];
    });

/** The topic that alarms go to, and every alarm. `email` gets them, once its owner has agreed. */
export const alarmsFor = (watched: Watched, email: string): Record<string, unknown> => {
  const ofApi = { ApiName: watched.apiName };
  return {
    AlarmTopic: {
      // Not encrypted: CloudWatch may not publish under the key that SNS itself offers, and a key of
      // our own costs a dollar a month to hide that a queue is long.
      Type: 'AWS::SNS::Topic',
      Properties: { DisplayName: `${watched.stackName} alarms` },
    },
    ...(email && {
      AlarmEmail: {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: { Ref: 'AlarmTopic' }, Protocol: 'email', Endpoint: email },
      },
    }),
    ApiFaultsAlarm: alarm({
      says: 'The API answered with 5xx. The logs of its functions tell why.',
      namespace: 'AWS/ApiGateway',
      metric: '5XXError',
      of: ofApi,
      statistic: 'Sum',
      above: 0,
    }),
    ApiLatencyAlarm: alarm({
      says: `One in a hundred answers took ${nearTheEnd * 100} % of the ${apiTimeoutSeconds} s they may.`,
      namespace: 'AWS/ApiGateway',
      metric: 'Latency',
      of: ofApi,
      statistic: 'p99',
      above: apiTimeoutSeconds * 1000 * nearTheEnd,
    }),
    ThrottlesAlarm: alarm({
      // Without dimensions: no function reserves any, so all share the concurrency of the account.
      says: 'Lambda refused calls: the concurrency of this account and region is used up.',
      namespace: 'AWS/Lambda',
      metric: 'Throttles',
      statistic: 'Sum',
      above: 0,
    }),
    ...Object.fromEntries([...ofQueues(watched), ...ofWorkers(watched)]),
  };
};
