const unitMs: Record<string, number> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** The milliseconds of `rate(5 minutes)`; undefined for what is not a rate. Seconds exist here only. */
export const parseRateMs = (expression: string): number | undefined => {
  const [, count, unit = ''] =
    /^rate\((\d+(?:\.\d+)?) (second|minute|hour|day)s?\)$/.exec(expression) ?? [];
  return count === undefined ? undefined : Number(count) * (unitMs[unit] ?? 0);
};

/** The event that EventBridge sends to a function on schedule. */
export const scheduledEvent = (region: string, now: Date) => ({
  version: '0',
  id: crypto.randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '000000000000',
  time: now.toISOString(),
  region,
  resources: [],
  detail: {},
});

/**
 * Calls again and again, first after one interval. A call that takes longer than the interval is
 * not overtaken: what is due meanwhile is left out.
 */
export const every = (intervalMs: number, call: () => Promise<void>): { stop(): void } => {
  let isRunning = false;
  const timer = setInterval(async () => {
    if (isRunning) return;
    isRunning = true;
    await call().finally(() => {
      isRunning = false;
    });
  }, intervalMs);
  return { stop: () => clearInterval(timer) };
};
