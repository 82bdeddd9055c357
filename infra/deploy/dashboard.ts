import type { Watched } from './watched.ts';

type Line = readonly [namespace: string, metric: string, ...dimensions: string[]];
type Graph = { title: string; lines: readonly Line[]; statistic: string };

const width = 12; // of 24: two beside each other
const height = 6;

const widgetOf = ({ title, lines, statistic }: Graph, index: number) => ({
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
    metrics: lines,
  },
});

/** The stack at a glance: the door, the queues, the workers. */
export const dashboardFor = ({ stackName, apiName, functions, queues }: Watched) => {
  const waiting = queues.filter(({ isDead }) => !isDead);
  const dead = queues.filter(({ isDead }) => isDead);
  const workers = functions.filter(({ isBehindApi }) => !isBehindApi);
  const ofApi = (metric: string): Line => ['AWS/ApiGateway', metric, 'ApiName', apiName];
  const ofQueue =
    (metric: string) =>
    (queue: { name: string }): Line => ['AWS/SQS', metric, 'QueueName', queue.name];
  const ofFunction =
    (metric: string) =>
    (fn: { name: string }): Line => ['AWS/Lambda', metric, 'FunctionName', fn.name];
  const visible = 'ApproximateNumberOfMessagesVisible';
  const graphs: Graph[] = [
    { title: 'Requests', lines: ['Count', '4XXError', '5XXError'].map(ofApi), statistic: 'Sum' },
    { title: 'Latency, 99 of 100 below (ms)', lines: [ofApi('Latency')], statistic: 'p99' },
    { title: 'Messages waiting', lines: waiting.map(ofQueue(visible)), statistic: 'Maximum' },
    {
      title: 'Oldest message (s)',
      lines: waiting.map(ofQueue('ApproximateAgeOfOldestMessage')),
      statistic: 'Maximum',
    },
    { title: 'Given up', lines: dead.map(ofQueue(visible)), statistic: 'Maximum' },
    { title: 'Workers: calls', lines: workers.map(ofFunction('Invocations')), statistic: 'Sum' },
    {
      title: 'Workers: duration (ms)',
      lines: workers.map(ofFunction('Duration')),
      statistic: 'Average',
    },
    { title: 'Functions: errors', lines: functions.map(ofFunction('Errors')), statistic: 'Sum' },
  ];
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardName: stackName,
        DashboardBody: { 'Fn::Sub': JSON.stringify({ widgets: graphs.map(widgetOf) }) },
      },
    },
  };
};
