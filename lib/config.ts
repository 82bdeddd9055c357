import { z } from 'zod';
import { listPresets } from '#lib/delivery/preset.ts';
import {
  type CaptionSecret,
  describeSettingErrors,
  type EditSecret,
  Settings,
} from './settings.ts';

export { captionSecrets, editSecrets } from './settings.ts';

const text = z.string().trim().min(1);

/** Where this deployment keeps its things; CloudFormation or the local launcher fills it in. */
const Resources = z.object({
  ORIGINALS_BUCKET: text,
  DERIVED_BUCKET: text,
  IMAGES_TABLE: text,
  RENDITION_SETS_TABLE: text,
  COUNTERS_TABLE: text,
  LIST_MONTHS_TABLE: text,
  IDEMPOTENCY_TABLE: text,
  BATCHES_TABLE: text,
  EDIT_SESSIONS_TABLE: text,
  OBJECT_CREATED_QUEUE: z.url(),
  MAKE_THUMBNAILS_QUEUE: z.url(),
  READ_EXIF_QUEUE: z.url(),
  WRITE_CAPTION_QUEUE: z.url(),
  EXPAND_BATCH_QUEUE: z.url(),
  IMPORT_ROW_QUEUE: z.url(),
  RECORD_OUTCOME_QUEUE: z.url(),
  CLOSE_BATCH_QUEUE: z.url(),
  SEND_WEBHOOK_QUEUE: z.url(),
  RUN_EDIT_QUEUE: z.url(),
  OBJECT_CREATED_DLQ: z.url(),
  MAKE_THUMBNAILS_DLQ: z.url(),
  READ_EXIF_DLQ: z.url(),
  WRITE_CAPTION_DLQ: z.url(),
  EXPAND_BATCH_DLQ: z.url(),
  IMPORT_ROW_DLQ: z.url(),
  RECORD_OUTCOME_DLQ: z.url(),
  CLOSE_BATCH_DLQ: z.url(),
  SEND_WEBHOOK_DLQ: z.url(),
  RUN_EDIT_DLQ: z.url(),
  /** Only where the stage was packaged with a CDN. */
  CDN_DISTRIBUTION_ID: text.optional(),
});

const read = <T>(schema: z.ZodType<T>): T => {
  // An empty line in .env means "not set".
  const environment = Object.fromEntries(Object.entries(process.env).filter(([, v]) => v !== ''));
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  throw new Error(describeSettingErrors(parsed.error, environment));
};

/** Says that a secret is there, to those who need not know it: no call, no value. */
export const secretPresence = (name: string): string | undefined =>
  process.env[name] || process.env[`${name}_PARAMETER`] ? 'set' : undefined;

const settings = read(Settings);
const resources = read(Resources);

export const config = {
  publicUrl: settings.PUBLIC_URL,
  sizes: settings.THUMBNAIL_SIZES,
  presets: listPresets(settings.THUMBNAIL_SIZES, settings.PRESETS),
  deliveryAccess: settings.DELIVERY_ACCESS ?? 'signed',
  cdnDistributionId: resources.CDN_DISTRIBUTION_ID,
  multipartMaxBytes: settings.MULTIPART_MAX_BYTES,
  uploadMaxBytes: settings.UPLOAD_MAX_BYTES,
  fetchAllowHosts: settings.FETCH_ALLOW_HOSTS,
  fetchTimeoutMs: settings.FETCH_TIMEOUT_SECONDS * 1000,
  webhookSchedule: settings.WEBHOOK_SCHEDULE,
  originalsBucket: resources.ORIGINALS_BUCKET,
  derivedBucket: resources.DERIVED_BUCKET,
  tables: {
    imagesTable: resources.IMAGES_TABLE,
    renditionSetsTable: resources.RENDITION_SETS_TABLE,
    countersTable: resources.COUNTERS_TABLE,
    listMonthsTable: resources.LIST_MONTHS_TABLE,
    idempotencyTable: resources.IDEMPOTENCY_TABLE,
    batchesTable: resources.BATCHES_TABLE,
    editSessionsTable: resources.EDIT_SESSIONS_TABLE,
  },
  queues: {
    objectCreated: resources.OBJECT_CREATED_QUEUE,
    thumbnails: resources.MAKE_THUMBNAILS_QUEUE,
    exif: resources.READ_EXIF_QUEUE,
    caption: resources.WRITE_CAPTION_QUEUE,
    expandBatch: resources.EXPAND_BATCH_QUEUE,
    importRow: resources.IMPORT_ROW_QUEUE,
    recordOutcome: resources.RECORD_OUTCOME_QUEUE,
    closeBatch: resources.CLOSE_BATCH_QUEUE,
    sendWebhook: resources.SEND_WEBHOOK_QUEUE,
    runEdit: resources.RUN_EDIT_QUEUE,
  },
  deadLetterQueues: {
    objectCreated: resources.OBJECT_CREATED_DLQ,
    'make-thumbnails': resources.MAKE_THUMBNAILS_DLQ,
    'read-exif': resources.READ_EXIF_DLQ,
    'write-caption': resources.WRITE_CAPTION_DLQ,
    'expand-batch': resources.EXPAND_BATCH_DLQ,
    'import-row': resources.IMPORT_ROW_DLQ,
    'record-outcome': resources.RECORD_OUTCOME_DLQ,
    'close-batch': resources.CLOSE_BATCH_DLQ,
    'send-webhook': resources.SEND_WEBHOOK_DLQ,
    'run-edit': resources.RUN_EDIT_DLQ,
  },
  /** Who writes captions. Secrets are no settings: they are looked up by name. */
  caption: (secretOf: (name: CaptionSecret) => string | undefined) => ({
    provider: settings.CAPTION_PROVIDER,
    baseUrl: settings.CAPTION_BASE_URL,
    model: settings.CAPTION_MODEL,
    timeoutMs: settings.CAPTION_TIMEOUT_SECONDS * 1000,
    apiKey: secretOf('CAPTION_API_KEY'),
    hfToken: secretOf('HF_TOKEN'),
    geminiKey: secretOf('GEMINI_API_KEY') ?? secretOf('geminikey'),
    openaiKey: secretOf('OPENAI_API_KEY'),
  }),
  /** Who edits pictures; likewise. */
  edits: (secretOf: (name: EditSecret) => string | undefined) => ({
    provider: settings.EDIT_PROVIDER,
    baseUrl: settings.EDIT_BASE_URL,
    model: settings.EDIT_MODEL,
    timeoutMs: settings.EDIT_TIMEOUT_SECONDS * 1000,
    apiKey: secretOf('EDIT_API_KEY'),
    hfToken: secretOf('HF_TOKEN'),
    openaiKey: secretOf('OPENAI_API_KEY'),
  }),
};
