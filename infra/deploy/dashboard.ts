import type { MetricName } from '#lib/metrics/emit-metrics.ts';
import type { Watched } from './watched.ts';

/** One metric by its dimensions, or a search for all that have these dimensions. */
type Metric = readonly [namespace: string, metric: string, ...dimensions: string[]] | [Search];
type Search = { expression: string; id: string };
type Graph = { title: string; metrics: readonly Metric[]; statistic: string };

const width = 12; // of 24: two side by side
const height = 6;

const toWidget = ({ title, metrics, statistic }: Graph, index: number) => ({
  type: 'metric',
  x: (index % 2) * width,
  y: Math.floor(index / 2) * height,
  width,
  height,
  properties: {
    title,
    region: `\${AWS::Region}`, // for Fn::Sub
    view: 'timeSeries',
    stat: statistic,
    period: 300,
    metrics,
  },
});

/** What the functions count themselves; lib/metrics has the names. */
const ownGraphs = (namespace: string): Graph[] => {
  const of = (metric: MetricName, dimension: string, value: string): Metric =>
    [namespace, metric, 'service', 'darkroom', dimension, value] as const;
  // Which values there are is known only once they have been counted.
  const every = (metric: MetricName, dimensions: string, statistic: string): Metric => [
    {
      id: `every${metric}`,
      expression: `SEARCH('{"${namespace}",service,${dimensions}} MetricName="${metric}"', '${statistic}', 300)`,
    },
  ];
  return [
    {
      title: 'Pictures',
      metrics: [of('Pictures', 'status', 'done'), of('Pictures', 'status', 'failed')],
      statistic: 'Sum',
    },
    {
      title: 'Failed pictures by error code',
      metrics: [every('Pictures', 'error_code', 'Sum')],
      statistic: 'Sum',
    },
    {
      title: 'Arrival to thumbnail by format, p95 (ms)',
      metrics: [every('ArrivalToThumbnail', 'format', 'p95')],
      statistic: 'p95',
    },
    {
      title: 'Thumbnail time by format (ms)',
      metrics: [every('ThumbnailTime', 'format', 'Average')],
      statistic: 'Average',
    },
    {
      title: 'Bytes in',
      metrics: [of('BytesIn', 'status', 'done'), of('BytesIn', 'status', 'failed')],
      statistic: 'Sum',
    },
    {
      title: 'Deliveries: made at ingest, stored, made now',
      metrics: ['ingest', 'stored', 'made'].map((from) => of('BytesDelivered', 'from', from)),
      statistic: 'SampleCount',
    },
    {
      title: 'Provider calls by outcome',
      metrics: [every('ProviderCalls', 'outcome', 'Sum')],
      statistic: 'Sum',
    },
    {
      title: 'Provider tokens and cost (USD)',
      metrics: [
        every('ProviderTokens', 'provider', 'Sum'),
        every('ProviderCost', 'provider', 'Sum'),
      ],
      statistic: 'Sum',
    },
  ];
};

/** One dashboard for the pictures, the API, the queues and the workers. */
export const dashboardFor = ({ stackName, apiName, functions, queues }: Watched) => {
  const waiting = queues.filter(({ isDeadLetterQueue }) => !isDeadLetterQueue);
  const deadLetters = queues.filter(({ isDeadLetterQueue }) => isDeadLetterQueue);
  const workers = functions.filter(({ isBehindApi }) => !isBehindApi);
  const apiMetric = (metric: string): Metric => ['AWS/ApiGateway', metric, 'ApiName', apiName];
  const queueMetric =
    (metric: string) =>
    (queue: { name: string }): Metric => ['AWS/SQS', metric, 'QueueName', queue.name];
  const functionMetric =
    (metric: string) =>
    (fn: { name: string }): Metric => ['AWS/Lambda', metric, 'FunctionName', fn.name];
  const visible = 'ApproximateNumberOfMessagesVisible';
  const graphs: Graph[] = [
    {
      title: 'Requests',
      metrics: ['Count', '4XXError', '5XXError'].map(apiMetric),
      statistic: 'Sum',
    },
    { title: 'Latency, p99 (ms)', metrics: [apiMetric('Latency')], statistic: 'p99' },
    { title: 'Messages waiting', metrics: waiting.map(queueMetric(visible)), statistic: 'Maximum' },
    {
      title: 'Oldest message (s)',
      metrics: waiting.map(queueMetric('ApproximateAgeOfOldestMessage')),
      statistic: 'Maximum',
    },
    { title: 'Dead letters', metrics: deadLetters.map(queueMetric(visible)), statistic: 'Maximum' },
    {
      title: 'Workers: invocations',
      metrics: workers.map(functionMetric('Invocations')),
      statistic: 'Sum',
    },
    {
      title: 'Workers: duration (ms)',
      metrics: workers.map(functionMetric('Duration')),
      statistic: 'Average',
    },
    {
      title: 'Functions: errors',
      metrics: functions.map(functionMetric('Errors')),
      statistic: 'Sum',
    },
    ...ownGraphs(stackName),
  ];
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardName: stackName,
        DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets: graphs.map(toWidget) }) },
      },
    },
  };
};
