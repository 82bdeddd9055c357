import type { Watched } from './watched.ts';

type Metric = readonly [namespace: string, metric: string, ...dimensions: string[]];
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

/** One dashboard for the API, the queues and the workers. */
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
