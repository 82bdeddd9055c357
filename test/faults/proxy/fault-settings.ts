import { z } from 'zod';

/** The settings of `npm run dev:faults`; they are not settings of the product. */
export const FaultSettings = z.object({
  FAULTS_RATE: z.coerce
    .number()
    .min(0)
    .max(1)
    .prefault(0.02)
    .describe('share of the calls to S3 and DynamoDB that fail, are slow, or lose their answer'),
  FAULTS_COPIES: z.coerce
    .number()
    .int()
    .min(1)
    .max(10)
    .prefault(3)
    .describe('each message and S3 event is delivered up to so many times'),
  FAULTS_DELAY_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(900)
    .prefault(2)
    .describe('and each of them up to so much later, so that they overtake each other'),
  FAULTS_KILLS: z.coerce
    .number()
    .min(0)
    .max(1)
    .prefault(0.002)
    .describe("share of a forked worker's calls at which it is killed"),
  FAULTS_SEED: z.coerce
    .number()
    .int()
    .min(0)
    .max(4_294_967_295)
    .optional()
    .describe('the same faults again; the log says which seed it was'),
  FAULTS_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .prefault(4578)
    .describe('where faults are looked at and changed: GET / and PATCH /'),
});
export type FaultSettings = z.infer<typeof FaultSettings>;

/** An empty value means "not set". Throws a sentence that names each wrong setting. */
export const readFaultSettings = (
  environment: Record<string, string | undefined>,
): FaultSettings => {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = FaultSettings.safeParse(set);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `${path}: ${message}`).join('\n'));
};
