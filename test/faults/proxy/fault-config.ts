import { z } from 'zod';

export const services = ['s3', 'dynamodb', 'sqs'] as const;
export type Service = (typeof services)[number];

/**
 * What may happen to a call. `lost` is carried out, but its response is dropped; `cut` never reaches
 * the service; `conflict` applies only to DynamoDB writes.
 */
export const faults = [
  'error',
  'unavailable',
  'throttle',
  'conflict',
  'slow',
  'cut',
  'lost',
] as const;
export const Fault = z.enum(faults);
export type Fault = z.infer<typeof Fault>;

const share = z.number().min(0).max(1);

/** Whose calls, and which of them. An omitted field matches any call. */
const Which = z.object({
  /** The function's name: `make-thumbnails`; `host` for those that answer HTTP or a clock. */
  worker: z.string().optional(),
  /** `PutObject derived`, `TransactWriteItems counters images rendition-sets`, `SendMessage read-exif`. */
  call: z.string().optional(),
  /** Text that the call's key or body must hold: an object key, an image id. */
  logFields: z.string().optional(),
});
export type Which = z.infer<typeof Which>;

export const FaultConfig = z.object({
  /** Share of the calls to each service that meet a fault. */
  s3: share,
  dynamodb: share,
  sqs: share,
  faults: z.array(Fault).min(1),
  slowMs: z.int().min(0).max(60_000),
  /** The maximum number of times each message is sent … */
  copies: z.int().min(1).max(10),
  /** … and the maximum delay of each copy, so that they overtake each other. */
  delaySeconds: z.int().min(0).max(900),
  /** Share of a worker's calls at which it is killed, before the call or after it. */
  kills: share,
  /** Waits between attempts are divided by this: what takes minutes then takes seconds. */
  timeScale: z.number().min(1).max(1000),
  /** Calls that always fail, until they are taken off the list again. */
  broken: z.array(Which),
});
export type FaultConfig = z.infer<typeof FaultConfig>;

/** A change at run time; omitted fields stay as they are. */
export const FaultConfigChange = FaultConfig.partial().extend({
  /** Seconds from now during which a service does not respond at all. */
  down: z.partialRecord(z.enum(services), z.number().min(0).max(3600)).optional(),
});
export type FaultConfigChange = z.infer<typeof FaultConfigChange>;

export const noFaults: FaultConfig = {
  s3: 0,
  dynamodb: 0,
  sqs: 0,
  faults: [...faults],
  slowMs: 400,
  copies: 1,
  delaySeconds: 0,
  kills: 0,
  timeScale: 1,
  broken: [],
};

/**
 * A named step boundary: the `nth` call that a worker makes from now on (of all its calls, or of
 * those like `call`), before it is carried out, or after that but before the worker gets the response.
 * There the worker is killed, or held until it is released.
 */
export const Failpoint = Which.extend({
  worker: z.string(),
  nth: z.int().min(1).default(1),
  when: z.enum(['before', 'after']),
  what: z.enum(['kill', 'hold']).default('kill'),
});
export type Failpoint = z.infer<typeof Failpoint>;
