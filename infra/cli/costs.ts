// npm run costs [-- <queues> <metrics of alarms>]: writes what Darkroom costs on AWS into infra/README.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { deliverImage, gbSeconds, prices, reads, type Use, uses, work } from './cost-figures.ts';

/** Metered at five pictures a second: counters and events, which changes of a second share. */
const feedWriteUnits = 0.92;
const logKb = 3;

type Row = { what: string; arithmetic: string; values: readonly number[] };

const amount = (value: number): string => value.toFixed(4);
const both = (show: (use: Use) => string | number): string => {
  const [one, other] = [show(uses.upload), show(uses.presigned)];
  return one === other ? `${one}` : `${one} or ${other}`;
};
const seconds = (use: Use): number =>
  use.functions.reduce((sum, name) => sum + gbSeconds(work[name]), 0);

/** USD for a thousand photos: a row for each kind, by upload and by presigned upload. */
const rows = (): Row[] => {
  const row = (what: string, arithmetic: string, price: (use: Use) => number): Row => ({
    what,
    arithmetic,
    values: [uses.upload, uses.presigned].map((use) => 1000 * price(use)),
  });
  const writes = ({ writeUnits }: Use) => writeUnits + feedWriteUnits;
  const unitReads = ({ readUnits }: Use) => readUnits + reads.apiRequests;
  return [
    row('API Gateway REST', `${both((use) => use.apiRequests)} calls × 3.50 / 1 M`, (use) => {
      return use.apiRequests * prices.apiRequest;
    }),
    row('Lambda requests', `${both((use) => use.functions.length)} × 0.20 / 1 M`, (use) => {
      return use.functions.length * prices.lambdaRequest;
    }),
    row(
      'Lambda time (arm64)',
      `${both((use) => seconds(use).toFixed(2))} GB-s × 0.0000133334`,
      (use) => seconds(use) * prices.lambdaGbSecond,
    ),
    row('S3 PUT, POST', `${both((use) => use.s3Writes)} × 0.005 / 1000`, (use) => {
      return use.s3Writes * prices.s3Write;
    }),
    row('S3 GET, HEAD', `${both((use) => use.s3Reads)} × 0.0004 / 1000`, (use) => {
      return use.s3Reads * prices.s3Read;
    }),
    row(
      'SQS',
      `${both((use) => use.messages)} messages × 3 requests × 0.40 / 1 M`,
      (use) => use.messages * 3 * prices.sqsRequest,
    ),
    row(
      'DynamoDB on demand',
      `${both((use) => writes(use).toFixed(2))} writes × 0.625 / 1 M + ${both(unitReads)} reads × 0.125 / 1 M`,
      (use) => writes(use) * prices.writeUnit + unitReads(use) * prices.readUnit,
    ),
    row('CloudWatch Logs', `${logKb} kB × 0.50 / GB`, () => (logKb / 1e6) * prices.logsGb),
  ];
};

/** USD for a thousand photos by `POST /api/images`, and by presigned upload. */
export const costOfThousand = (): { upload: number; presigned: number } => {
  const sum = (at: number) => rows().reduce((total, { values }) => total + (values[at] ?? 0), 0);
  return { upload: sum(0), presigned: sum(1) };
};

const renditionKb = 90; // 800 px
const ofThousandViews = (): [string, string, number][] => {
  const gb = (1000 * renditionKb) / 1e6;
  const deliver = gbSeconds(deliverImage);
  const computed =
    1000 *
    (prices.apiRequest +
      prices.lambdaRequest +
      deliver * prices.lambdaGbSecond +
      prices.readUnit +
      prices.s3Read);
  return [
    [
      '1000 views of 90 kB by `/i/…`',
      `API Gateway, Lambda (${deliver.toFixed(2)} GB-s), one read and one GET each: ${amount(computed)}; egress ${gb} GB × 0.09`,
      computed + gb * prices.egressGb,
    ],
    [
      'the same by CloudFront, stored and cached',
      `1000 × 1.00 / 1 M; egress ${gb} GB × 0.085`,
      1000 * prices.cloudFrontRequest + gb * prices.cloudFrontGb,
    ],
    [
      'egress of 1000 originals of 3 MB',
      '3 GB × 0.09, from S3 by their links',
      3 * prices.egressGb,
    ],
    ['storing 1000 photos, a month', '3.2 GB × 0.023', 3.2 * prices.s3GbMonth],
  ];
};

/** Lambda polls a queue by five connections that wait 20 s each. */
const pollsAMonth = (5 * 30 * 24 * 3600) / 20;

/** Queues that Lambda polls, and metrics that alarms watch: an alarm is billed for each of its metrics. */
type WatchedCounts = { queues: number; metrics: number };

/** USD a month for a stage that does nothing. */
const idleCost = ({ queues, metrics }: WatchedCounts) => ({
  polling: queues * pollsAMonth * prices.sqsRequest,
  alarms: metrics * prices.alarmMonth,
  dashboard: prices.dashboardMonth,
});

const dollars = (value: number): string => value.toFixed(2);

/** What is in infra/README.md between its marks. */
const costTables = (counts: WatchedCounts): string => {
  const { upload, presigned } = costOfThousand();
  const idle = idleCost(counts);
  const together = idle.polling + idle.alarms + idle.dashboard;
  return [
    '| 1000 photos | arithmetic for one, by `POST /api/images` or by presigned upload | USD | presigned |',
    '|---|---|---|---|',
    ...rows().map(
      ({ what, arithmetic, values }) =>
        `| ${what} | ${arithmetic} | ${values.map(amount).join(' | ')} |`,
    ),
    `| **together** | | **${upload.toFixed(3)}** | **${presigned.toFixed(3)}** |`,
    '',
    '| delivery and storage | arithmetic | USD |',
    '|---|---|---|',
    ...ofThousandViews().map(
      ([what, arithmetic, value]) => `| ${what} | ${arithmetic} | ${amount(value)} |`,
    ),
    '',
    `Idle, a month: Lambda polls ${counts.queues} queues, each by 5 connections of 20 s, ${dollars(idle.polling)}; ` +
      `alarms watch ${counts.metrics} metrics, ${dollars(idle.alarms)}; one dashboard ${dollars(idle.dashboard)} ` +
      `(the first three of an account are free); together ${dollars(together)}.`,
  ].join('\n');
};

/** The document that holds the tables. */
export const document = 'infra/README.md';

const begin = '<!-- costs: npm run costs -->';
const end = '<!-- /costs -->';
const countsIn = /polls (\d+) queues.* watch (\d+) metrics/;

/** What the document says of queues and alarms. */
export const readWatched = (readme: string): WatchedCounts => {
  const [, queues, metrics] = countsIn.exec(readme) ?? [];
  return { queues: Number(queues), metrics: Number(metrics) };
};

/** The document with its tables as they should be, for the queues and alarms that it names by default. */
export const withCosts = (readme: string, counts = readWatched(readme)): string => {
  const [before = '', rest = ''] = readme.split(begin);
  const [, after = ''] = rest.split(end);
  return `${before}${begin}\n${costTables(counts)}\n${end}${after}`;
};

if (import.meta.main) {
  const [queues, metrics] = process.argv.slice(2).map(Number);
  const readme = readFileSync(document, 'utf8');
  writeFileSync(document, withCosts(readme, queues && metrics ? { queues, metrics } : undefined));
}
