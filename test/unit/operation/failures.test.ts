import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { logFilter } from '#infra/cli/logs/log-filter.ts';
import { alarmsFor } from '#infra/deploy/alarms.ts';
import { isWarning } from '#infra/local-cloud/launcher/log-line.ts';
import { errorCodeNames, errorCodes } from '#lib/error-codes.ts';
import { refusalCodes } from '#lib/images/picture.ts';
import { functions, queues } from '#test/architecture/template.ts';
import { fetchFailures } from './batch-failures.ts';
import { otherFailures, requestFailures } from './edge-failures.ts';
import { collectLog, type FailureCase } from './failure-case.ts';
import { imageFailures } from './image-failures.ts';
import { providerFailures } from './provider-failures.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const failures: readonly FailureCase[] = [
  ...requestFailures,
  ...imageFailures,
  ...fetchFailures,
  ...providerFailures,
  ...otherFailures,
];

describe('every way to fail', () => {
  it.each(failures)(
    'agrees in record, log and metric: $what ($where)',
    async ({ happens, code, log, metric }) => {
      const lines = collectLog();

      const reported = await happens();

      expect(reported.code).toBe(code);
      const [, level, step, message] = /^(\w+) (?:(\w+): )?(.+)$/.exec(log) ?? [];
      const line = lines.findLast((one) => one.message === message);
      expect(line, JSON.stringify(lines)).toMatchObject({ level, ...(step && { step }) });
      if (code && 'error_code' in (line ?? {})) expect(line).toMatchObject({ error_code: code });
      // Retries that are exhausted have a sentence around the last reason, or leave our own out.
      if (code && line?.['reason'] && code !== 'retries_exhausted')
        expect(reported.reason).toBe(line['reason']);

      const [name = '', dimension = ''] = metric?.split(' ') ?? [];
      const [key = '', value] = dimension.split('=');
      const counted = lines.findLast((one) => '_aws' in one && name in one);
      if (metric) expect(counted).toMatchObject({ [name]: 1, [key]: value });
      if (name === 'Pictures') expect(counted).toMatchObject({ error_code: code });

      const story = logFilter({ ...(reported.imageId && { image: reported.imageId }) });
      for (const one of lines) story.learn(one);
      expect(lines.filter(story.isWanted)).toContain(line);
      expect(isWarning(line ?? Object.create(null))).toBe(level !== 'INFO');
    },
  );
});

describe('the table of failures', () => {
  it.each(failures.filter(({ alarm }) => alarm))(
    'names an alarm of the template: $alarm',
    ({ alarm }) => {
      const watched = {
        ...{ stackName: 'darkroom-dev', apiName: 'dev-darkroom' },
        functions: functions.map(([key, { events, timeout }]) => ({
          ...{ key, name: `darkroom-dev-${key}`, timeoutSeconds: timeout },
          isBehindApi: events.some(({ http }) => http !== undefined),
          readsStream: events.some((event) => 'stream' in event),
        })),
        queues: queues.map(([logicalId, { Properties }]) => ({
          ...{ logicalId, name: Properties.QueueName },
          isDeadLetterQueue: !Properties.RedrivePolicy,
        })),
      };
      expect(Object.keys(alarmsFor(watched, ''))).toContain(alarm);
    },
  );

  it('has every code that a step, a row or an edit fails with', () => {
    const isOutcome = (name: (typeof errorCodeNames)[number]) => !('status' in errorCodes[name]);
    const fallbacks = ['unexpected_part', 'edit_failed']; // a warning, and edits of earlier releases
    const expected = [...errorCodeNames.filter(isOutcome), ...refusalCodes];
    const shown = new Set<string | null>(failures.map(({ code }) => code));
    expect(expected.filter((code) => !shown.has(code) && !fallbacks.includes(code))).toEqual([]);
  });

  it('in infra/README.md is the one that is tested here', () => {
    const readme = readFileSync('infra/README.md', 'utf8');
    const [, table] = readme.split(/<!-- failures -->\n|<!-- \/failures -->/);
    expect(table).toBe(renderTable());
  });
});

/** One row for all that look alike. */
const renderTable = (): string => {
  const groups = Map.groupBy(failures, ({ where, log, metric, alarm }) =>
    [where, log, metric ? `\`${metric}\`` : '–', alarm?.replace(/Alarm$/, '') ?? '–'].join(' | '),
  );
  const rows = [...groups].map(([rest, cases]) => `| ${describeCauses(cases)} | ${rest} |\n`);
  return [
    '| what happens: `error_code` | shown in | log | metric | alarm |\n',
    '|---|---|---|---|---|\n',
    ...rows,
  ].join('');
};

const describeCauses = (cases: readonly FailureCase[]): string =>
  [...Map.groupBy(cases, ({ what }) => what)]
    .map(([what, alike]) => ({
      what,
      codes: alike.flatMap(({ code }) => (code ? [`\`${code}\``] : [])).join(', '),
    }))
    .map(({ what, codes }, n, all) =>
      codes && codes !== all[n + 1]?.codes ? `${what}: ${codes}` : what,
    )
    .join('; ');
