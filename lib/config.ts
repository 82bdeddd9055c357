import { z } from 'zod';
import { listPresets } from '#lib/delivery/preset.ts';
import { dlqUrl, mapQueues, queueNames, queueVariable } from './queues.ts';
import {
  type CaptionSecret,
  describeSettingErrors,
  type EditSecret,
  Settings,
} from './settings.ts';
import { type TableName, tableNames, tableVariable } from './tables.ts';
import { defaultUserAgent } from './user-agent.ts';

export { captionSecrets, editSecrets } from './settings.ts';

const text = z.string().trim().min(1);

const bucketVariables = ['ORIGINALS_BUCKET', 'DERIVED_BUCKET'] as const;

/** The resources of this deployment; CloudFormation or the local launcher sets them. */
const Resources = z.object({
  ...Object.fromEntries(
    [...bucketVariables, ...tableNames.map(tableVariable)].map((v) => [v, text]),
  ),
  ...Object.fromEntries(queueNames.map((name) => [queueVariable(name), z.url()])),
});

const read = <T>(schema: z.ZodType<T>): T => {
  // An empty line in .env means "not set".
  const environment = Object.fromEntries(Object.entries(process.env).filter(([, v]) => v !== ''));
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  throw new Error(describeSettingErrors(parsed.error, environment));
};

/** `set` where a secret is set, for callers that need no value: nothing is read from SSM. */
export const secretPresence = (name: string): string | undefined =>
  process.env[name] || process.env[`${name}_PARAMETER`] ? 'set' : undefined;

const settings = read(Settings);
const resources = read<Record<string, string>>(Resources);
const resource = (variable: string): string => resources[variable] ?? '';
const table = (name: TableName): string => resource(tableVariable(name));

export const config = {
  publicUrl: settings.PUBLIC_URL,
  sizes: settings.THUMBNAIL_SIZES,
  presets: listPresets(settings.THUMBNAIL_SIZES, settings.PRESETS),
  deliveryAccess: settings.DELIVERY_ACCESS ?? 'signed',
  /** Only where the stage was packaged with a CDN. */
  cdnDistributionId: process.env['CDN_DISTRIBUTION_ID'] || undefined,
  multipartMaxBytes: settings.MULTIPART_MAX_BYTES,
  uploadMaxBytes: settings.UPLOAD_MAX_BYTES,
  /** Which originals are taken. */
  inspect: { maxMegapixels: settings.MAX_MEGAPIXELS, heic: settings.HEIC === 'on' },
  /** Requests to untrusted URLs: fetches and webhooks. */
  webRequests: {
    allowHosts: settings.FETCH_ALLOW_HOSTS,
    userAgent: settings.USER_AGENT ?? defaultUserAgent(settings.PUBLIC_URL),
  },
  fetchTimeoutMs: settings.FETCH_TIMEOUT_SECONDS * 1000,
  webhookSchedule: settings.WEBHOOK_SCHEDULE,
  originalsBucket: resource('ORIGINALS_BUCKET'),
  derivedBucket: resource('DERIVED_BUCKET'),
  /** The deployed name of a table in the list. */
  table,
  tables: {
    imagesTable: table('images'),
    renditionSetsTable: table('rendition-sets'),
    countersTable: table('counters'),
    eventsTable: table('events'),
    idempotencyTable: table('idempotency'),
    batchesTable: table('batches'),
    editSessionsTable: table('edit-sessions'),
    webhooksTable: table('webhooks'),
  },
  /** URLs by the queue's name. */
  queues: mapQueues((name) => resource(queueVariable(name))),
  deadLetterQueues: mapQueues((name) => dlqUrl(resource(queueVariable(name)))),
  /** How long a worker may take to have a picture described, with reading and storing. */
  captionLeaseMs: (settings.CAPTION_TIMEOUT_SECONDS + 10) * 1000,
  /** The caption settings. Secrets are looked up by name. */
  caption: (getSecret: (name: CaptionSecret) => string | undefined) => ({
    provider: settings.CAPTION_PROVIDER,
    baseUrl: settings.CAPTION_BASE_URL,
    model: settings.CAPTION_MODEL,
    timeoutMs: settings.CAPTION_TIMEOUT_SECONDS * 1000,
    apiKey: getSecret('CAPTION_API_KEY'),
    hfToken: getSecret('HF_TOKEN'),
    geminiKey: getSecret('GEMINI_API_KEY') ?? getSecret('geminikey'),
    openaiKey: getSecret('OPENAI_API_KEY'),
  }),
  /** The edit settings. Secrets are looked up by name. */
  edits: (getSecret: (name: EditSecret) => string | undefined) => ({
    provider: settings.EDIT_PROVIDER,
    baseUrl: settings.EDIT_BASE_URL,
    model: settings.EDIT_MODEL,
    timeoutMs: settings.EDIT_TIMEOUT_SECONDS * 1000,
    apiKey: getSecret('EDIT_API_KEY'),
    hfToken: getSecret('HF_TOKEN'),
    openaiKey: getSecret('OPENAI_API_KEY'),
  }),
};
