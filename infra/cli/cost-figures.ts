/** USD, us-east-1, by AWS' published price list, on demand and without free tiers. */
export const prices = {
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
export const work = {
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
export const deliverImage: Work = { memoryMb: 1769, cpuMs: 5, s3: 1, other: 1 };

/** Of the functions whose time is counted, as functions.yml has it: a test compares them. */
export const memoryOfFunctions = (): { name: string; memoryMb: number }[] =>
  [...Object.entries(work), ['deliver-image', deliverImage] as const].map(
    ([name, { memoryMb }]) => ({ name: name.replace(', dropped', ''), memoryMb }),
  );

export const gbSeconds = ({
  memoryMb,
  cpuMs,
  s3 = 0,
  other = 0,
  isWhole = false,
}: Work): number => {
  const computeMs = (slowness * cpuMs * vcpuMb) / Math.min(memoryMb, vcpuMb);
  const waitMs = s3 * waits.s3 + other * waits.other + (isWhole ? waits.perOriginal : 0);
  return ((computeMs + waitMs) / 1000) * (memoryMb / 1024);
};

export type Use = {
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

export const reads = { apiRequests: 2, functions: ['get-image', 'get-image'] } as const;
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
