import { redriveAdvice } from '#infra/cli/dead-letters.ts';
import type { CallOutcome } from '#lib/ai/emit-call.ts';
import type { ErrorCode } from '#lib/error-codes.ts';
import type { MetricName } from '#lib/metrics/emit-metrics.ts';
import { streamWorkers } from '#lib/queues.ts';
import { alarm, functionAlarm, shareAlarm, sharePercent } from './alarm.ts';
import { pascalCase } from './queue-resources.ts';
import type { Watched } from './watched.ts';

// Half an hour is a delay that users notice. Backoff alone takes three minutes.
const maxMessageAgeSeconds = 1800;
// The feed is about a second behind; a stream stores changes for a day.
const maxIteratorAgeSeconds = 300;
const apiTimeoutSeconds = 29; // API Gateway waits no longer
const timeoutShare = 0.8; // of a timeout, above which an alarm is raised
const maxArrivalToThumbnailMs = 60_000;
// Clients send what is no picture, too: less than this is theirs, more is likely ours.
const maxFailedPictures = { percent: 25, of: 10 };
const maxFailedCalls = { percent: 50, of: 5 };

/** What to do about the dead letters of a worker; a reader of streams has none that could be redriven. */
const adviceFor = (worker: string): string =>
  streamWorkers.some((name) => name === worker)
    ? 'Each names changes whose counters and events are missing; npm run audit shows by how much counters differ.'
    : redriveAdvice(worker);

const queueAlarms = ({ stackName, queues }: Watched) =>
  queues.map(({ logicalId, name, isDeadLetterQueue }) => {
    const dimensions = { QueueName: { 'Fn::GetAtt': [logicalId, 'QueueName'] } };
    const common = { namespace: 'AWS/SQS', dimensions, statistic: 'Maximum' } as const;
    const worker = name.slice(stackName.length + 1).replace(/-dlq$/, '');
    return isDeadLetterQueue
      ? [
          `${logicalId}DepthAlarm`,
          alarm({
            ...common,
            description: `Messages failed for good and are in ${name}. Look at them. ${adviceFor(worker)}`,
            metric: 'ApproximateNumberOfMessagesVisible',
            above: 0,
          }),
        ]
      : [
          `${logicalId}AgeAlarm`,
          alarm({
            ...common,
            description: `A message has been waiting in ${name} for half an hour: its worker does not keep up.`,
            metric: 'ApproximateAgeOfOldestMessage',
            above: maxMessageAgeSeconds,
          }),
        ];
  });

/** Functions behind the API have none: the API counts their errors and timeouts. */
const workerAlarms = ({ functions }: Watched) =>
  functions
    .filter(({ isBehindApi }) => !isBehindApi)
    .map(({ key, name, timeoutSeconds }) => [
      `${pascalCase(key)}FunctionAlarm`,
      functionAlarm({
        description: `${name} failed as a whole, not because of one message, or took more than ${timeoutShare * 100} % of its ${timeoutSeconds} s. See its log.`,
        functionName: name,
        maxDurationMs: timeoutSeconds * 1000 * timeoutShare,
      }),
    ]);

const streamAlarms = ({ functions }: Watched) =>
  functions
    .filter(({ readsStream }) => readsStream)
    .map(({ key, name }) => [
      `${pascalCase(key)}IteratorAgeAlarm`,
      alarm({
        description: `${name} is more than ${maxIteratorAgeSeconds / 60} minutes behind: counters and events lag. See its log; changes that wait for a day are lost.`,
        namespace: 'AWS/Lambda',
        dimensions: { FunctionName: name },
        metric: 'IteratorAge',
        statistic: 'Maximum',
        above: maxIteratorAgeSeconds * 1000,
      }),
    ]);

/** The topic that alarms are sent to, and every alarm. `email` receives them once confirmed. */
export const alarmsFor = (watched: Watched, email: string): Record<string, unknown> => {
  const dimensions = { ApiName: watched.apiName };
  return {
    AlarmTopic: {
      // Not encrypted: CloudWatch may not publish under the key that SNS itself offers, and a key of
      // our own costs a dollar a month to hide the length of a queue.
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
      description: 'The API answered with 5xx. See the logs of its functions.',
      namespace: 'AWS/ApiGateway',
      metric: '5XXError',
      dimensions,
      statistic: 'Sum',
      above: 0,
    }),
    ApiLatencyAlarm: alarm({
      description: `One in a hundred responses took more than ${timeoutShare * 100} % of the ${apiTimeoutSeconds} s allowed.`,
      namespace: 'AWS/ApiGateway',
      metric: 'Latency',
      dimensions,
      statistic: 'p99',
      above: apiTimeoutSeconds * 1000 * timeoutShare,
    }),
    ArrivalToThumbnailAlarm: alarm({
      description: `One in twenty pictures waited more than ${maxArrivalToThumbnailMs / 1000} s for its thumbnails: see the queue object-created, the workers' concurrency and the graph by format.`,
      namespace: watched.stackName,
      metric: 'ArrivalToThumbnail' satisfies MetricName,
      dimensions: { service: 'darkroom', status: 'done' },
      statistic: 'p95',
      above: maxArrivalToThumbnailMs,
    }),
    FailedPicturesAlarm: shareAlarm({
      description: `More than ${maxFailedPictures.percent} % of the pictures failed. See the saved query "Failures by step and code".`,
      namespace: watched.stackName,
      metric: 'Pictures',
      sums: {
        done: { status: 'done' },
        failed: { status: 'failed' },
        cancelled: { error_code: 'batch_cancelled' satisfies ErrorCode }, // by a client
      },
      percent: sharePercent(
        '(FILL(failed, 0) - FILL(cancelled, 0))',
        '(FILL(done, 0) + FILL(failed, 0) - FILL(cancelled, 0))',
        maxFailedPictures.of,
      ),
      above: maxFailedPictures.percent,
    }),
    ProviderFailuresAlarm: shareAlarm({
      description: `More than ${maxFailedCalls.percent} % of the calls of AI providers failed: a wrong key, no credit, a retired model or an outage. Pictures are done without their captions. See the saved query "Failures by step and code".`,
      namespace: watched.stackName,
      metric: 'ProviderCalls',
      sums: {
        answered: { outcome: 'answered' satisfies CallOutcome },
        refused: { outcome: 'refused' satisfies CallOutcome },
        unavailable: { outcome: 'unavailable' satisfies CallOutcome },
      },
      percent: sharePercent(
        '(FILL(refused, 0) + FILL(unavailable, 0))',
        '(FILL(answered, 0) + FILL(refused, 0) + FILL(unavailable, 0))',
        maxFailedCalls.of,
      ),
      above: maxFailedCalls.percent,
    }),
    ThrottlesAlarm: alarm({
      // Without dimensions: no function reserves any, so all share the concurrency of the account.
      description:
        'Lambda throttled invocations: the concurrency of this account and region is used up.',
      namespace: 'AWS/Lambda',
      metric: 'Throttles',
      statistic: 'Sum',
      above: 0,
    }),
    ...Object.fromEntries([
      ...queueAlarms(watched),
      ...workerAlarms(watched),
      ...streamAlarms(watched),
    ]),
  };
};
