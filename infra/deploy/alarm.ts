import type { MetricName } from '#lib/metrics/emit-metrics.ts';

type Alarm = {
  /** What happened, and what to do. */
  description: string;
  namespace: string;
  metric: string;
  dimensions?: Record<string, unknown>;
  statistic: 'Sum' | 'Maximum' | 'p95' | 'p99';
  above: number;
};

const toAlarm = (description: string, above: number, metric: Record<string, unknown>) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmDescription: description,
    ...metric,
    EvaluationPeriods: 1,
    Threshold: above,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: [{ Ref: 'AlarmTopic' }],
    OKActions: [{ Ref: 'AlarmTopic' }],
  },
});

const toDimensions = (dimensions: Record<string, unknown>) =>
  Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

/** Evaluates five minutes at a time; missing data is no alarm. */
export const alarm = ({
  description,
  namespace,
  metric,
  dimensions = {},
  statistic,
  above,
}: Alarm) =>
  toAlarm(description, above, {
    Namespace: namespace,
    MetricName: metric,
    Dimensions: toDimensions(dimensions),
    ...(statistic.startsWith('p') ? { ExtendedStatistic: statistic } : { Statistic: statistic }),
    Period: 300,
  });

/** Raised by an error or by a duration, in one alarm: a template has room for 500 resources. */
export const functionAlarm = ({
  description,
  functionName,
  maxDurationMs,
}: {
  description: string;
  functionName: string;
  maxDurationMs: number;
}) => {
  const metric = (Id: string, MetricName: string, Stat: string) => ({
    Id,
    ReturnData: false,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/Lambda',
        MetricName,
        Dimensions: toDimensions({ FunctionName: functionName }),
      },
      Stat,
      Period: 300,
    },
  });
  return toAlarm(description, 0, {
    Metrics: [
      {
        Id: 'raised',
        Expression: `IF(FILL(errors, 0) > 0 OR FILL(duration, 0) > ${maxDurationMs}, 1, 0)`,
        ReturnData: true,
      },
      metric('errors', 'Errors', 'Sum'),
      metric('duration', 'Duration', 'Maximum'),
    ],
  });
};

type ShareAlarm = {
  description: string;
  namespace: string;
  metric: MetricName;
  /** Of these dimensions; `percent` is a CloudWatch expression over their sums by name. */
  sums: Record<string, Record<string, string>>;
  percent: string;
  above: number;
};

/** Evaluates a share of fifteen minutes, so that a quiet shop has enough pictures for one. */
export const shareAlarm = ({ description, namespace, metric, sums, percent, above }: ShareAlarm) =>
  toAlarm(description, above, {
    Metrics: [
      { Id: 'percent', Expression: percent, ReturnData: true },
      ...Object.entries(sums).map(([Id, dimensions]) => ({
        Id,
        ReturnData: false,
        MetricStat: {
          Metric: {
            Namespace: namespace,
            MetricName: metric,
            Dimensions: toDimensions({ service: 'darkroom', ...dimensions }),
          },
          Stat: 'Sum',
          Period: 900,
        },
      })),
    ],
  });

/** What part is of whole, in percent, as a CloudWatch expression; 0 where there are too few for a share. */
export const sharePercent = (part: string, whole: string, atLeast: number): string =>
  `IF(${whole} >= ${atLeast}, 100 * ${part} / ${whole}, 0)`;
