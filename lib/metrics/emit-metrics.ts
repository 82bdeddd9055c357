import { Metrics, type MetricUnit } from '@aws-lambda-powertools/metrics';

/** Every metric of ours, with its unit. CloudWatch bills each with each value of its dimensions. */
export const metricUnits = {
  /** Pictures whose last step has ended. */
  Pictures: 'Count',
  /** From the arrival of a picture's bytes to its thumbnails. */
  ArrivalToThumbnail: 'Milliseconds',
  /** Of the attempt that made the thumbnails: read, decode, shrink, store. */
  ThumbnailTime: 'Milliseconds',
  /** Of originals. */
  BytesIn: 'Bytes',
  /** Of what was delivered; its sample count is that of the deliveries. */
  BytesDelivered: 'Bytes',
  ProviderCalls: 'Count',
  ProviderTokens: 'Count',
  /** In US dollars, as the few providers that say so count. */
  ProviderCost: 'None',
} as const satisfies Record<string, (typeof MetricUnit)[keyof typeof MetricUnit]>;
export type MetricName = keyof typeof metricUnits;

const metricNames = Object.keys(metricUnits) as MetricName[]; // Object.keys forgets the names

export type MetricsLine = {
  message: string;
  values: Partial<Record<MetricName, number>>;
  /** Sets of dimensions: each value of each is a metric of its own, so they are few and of closed lists. */
  dimensions: readonly Record<string, string>[];
  /** What the line says beside its metrics, which costs nothing extra. */
  fields?: Record<string, string | number>;
};

/**
 * Writes one line in CloudWatch's embedded metric format, which is a line of the log as well. Nothing is
 * stored in between, so that parallel invocations of one process do not mix.
 */
export const emitMetrics = ({ message, values, dimensions, fields = {} }: MetricsLine): void => {
  const metrics = new Metrics({
    serviceName: 'darkroom',
    namespace: process.env['POWERTOOLS_METRICS_NAMESPACE'] || 'darkroom',
  });
  for (const name of metricNames) {
    const value = values[name];
    if (value !== undefined) metrics.addMetric(name, metricUnits[name], value);
  }
  for (const set of dimensions) metrics.addDimensions(set);
  const line = { level: 'INFO', message, timestamp: new Date().toISOString(), ...fields };
  for (const [key, value] of Object.entries(line)) metrics.addMetadata(key, String(value));
  metrics.publishStoredMetrics();
};
