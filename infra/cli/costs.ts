// npm run costs [-- <queues> <metrics of alarms>]: writes what Darkroom costs on AWS into infra/README.md.
import { readFileSync, writeFileSync } from 'node:fs';

/** USD, us-east-1, by AWS' published price list, on demand and without free tiers. */
const prices = {
  apiRequest: 3.5 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  /** On arm64. */
  lambdaGbSecond: 0.0000133334,
  /** PUT, POST, COPY and LIST. */
  s3Write: 0.005 / 1000,
  /** GET and HEAD. */
  s3Read: 0.0004 / 1000,
  sqsRequest: 0.4 / 1e6,
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  logsGb: 0.5,
  s3GbMonth: 0.023,
  /** To the internet, the first 10 TB of a month. */
  egressGb: 0.09,
  cloudFrontGb: 0.085,
  cloudFrontRequest: 1 / 1e6,
  alarmMonth: 0.1,
  dashboardMonth: 3,
};

/** Lambda gives a whole vCPU with so much memory, and less in proportion. */
const vcpuMb = 1769;
/** An arm64 vCPU is taken for half of the core on which `npm run bench -- --only workers` was measured. */
const slowness = 2;
/** Milliseconds that a function waits; assumed, as AWS publishes none. */
const waits = { s3: 25, other: 5, perOriginal: 40 };

type Work = {
  memoryMb: number;
  /** Milliseconds of CPU of one request or message about a 12-megapixel JPEG of 3 MB. */
  cpuMs: number;
  /** Calls one after the other; two at the same time are one. */
  s3?: number;
  other?: number;
  /** Whether it sends or receives the whole original. */
  isWhole?: boolean;
};

/** CPU as measured by the bench; that of HTTP functions and project-changes is estimated from it. */
const work = {
  'upload-image': { memoryMb: 1024, cpuMs: 20, s3: 1, other: 1, isWhole: true },
  'create-upload': { memoryMb: 512, cpuMs: 4 },
  'register-image': { memoryMb: 512, cpuMs: 6, other: 2 },
  'register-image, dropped': { memoryMb: 512, cpuMs: 8, s3: 1, other: 3 },
  'make-thumbnails': { memoryMb: 1769, cpuMs: 60, s3: 2, other: 3, isWhole: true },
  'make-thumbnails, dropped': { memoryMb: 1769, cpuMs: 62, s3: 2, other: 5, isWhole: true },
  'read-exif': { memoryMb: 512, cpuMs: 7, s3: 1, other: 3 },
  'get-image': { memoryMb: 512, cpuMs: 4, other: 1 },
} satisfies Record<string, Work>;

/** A stored variant is streamed, not made. */
const deliverImage: Work = { memoryMb: 1769, cpuMs: 5, s3: 1, other: 1 };

/** Of the functions whose time is counted, as functions.yml has it: a test compares them. */
export const memoryOfFunctions = (): { name: string; memoryMb: number }[] =>
  [...Object.entries(work), ['deliver-image', deliverImage] as const].map(
    ([name, { memoryMb }]) => ({ name: name.replace(', dropped', ''), memoryMb }),
  );

const gbSeconds = ({ memoryMb, cpuMs, s3 = 0, other = 0, isWhole = false }: Work): number => {
  const computeMs = (slowness * cpuMs * vcpuMb) / Math.min(memoryMb, vcpuMb);
  const waitMs = s3 * waits.s3 + other * waits.other + (isWhole ? waits.perOriginal : 0);
  return ((computeMs + waitMs) / 1000) * (memoryMb / 1024);
};

type Use = {
  apiRequests: number;
  functions: readonly (keyof typeof work)[];
  s3Writes: number;
  s3Reads: number;
  /** Each is sent, received and deleted. */
  messages: number;
  /** Of the records: test/contract/image-costs.test.ts holds both with the meter. */
  writeUnits: number;
  readUnits: number;
};

const reads = { apiRequests: 2, functions: ['get-image', 'get-image'] } as const;
const renditions = 2;

/** What one photo without a caption uses, whose record is read twice. */
export const uses = {
  upload: {
    apiRequests: 1 + reads.apiRequests,
    functions: [
      'upload-image',
      'register-image',
      'make-thumbnails',
      'read-exif',
      ...reads.functions,
    ],
    s3Writes: 1 + renditions,
    s3Reads: 2,
    messages: 3,
    writeUnits: 13,
    readUnits: 5,
  },
  presigned: {
    apiRequests: 1 + reads.apiRequests,
    functions: [
      'create-upload',
      'register-image, dropped',
      'make-thumbnails, dropped',
      'read-exif',
      ...reads.functions,
    ],
    s3Writes: 1 + renditions,
    s3Reads: 3, // HEAD as well
    messages: 3,
    writeUnits: 14,
    readUnits: 5,
  },
} satisfies Record<string, Use>;

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
