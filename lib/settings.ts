import { z } from 'zod';
import { captionProviders, editProviders } from '#lib/ai/settings.ts';
import { listPresets, PresetsSetting } from '#lib/delivery/preset.ts';
import { optimizedSize } from '#lib/images/picture.ts';

const text = z.string().trim().min(1);
const optional = text.optional();
const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const sizes = text
  .regex(
    /^[a-z][a-z0-9-]{0,31}:\d+(,[a-z][a-z0-9-]{0,31}:\d+)*$/,
    'must look like small:200,medium:800',
  )
  .transform((value) =>
    value.split(',').map((pair) => {
      const [name = '', longestSide] = pair.split(':');
      return { name, longestSide: Number(longestSide) };
    }),
  )
  .refine(
    (list) => list.every(({ longestSide }) => longestSide >= 16 && longestSide <= 4096),
    'each size must be between 16 and 4096 pixels',
  )
  .refine(
    (list) => new Set(list.map(({ name }) => name)).size === list.length,
    'each size needs a name of its own',
  )
  .refine(
    (list) => list.every(({ name }) => name !== optimizedSize.name),
    `${optimizedSize.name} is the name of what batches make`,
  );

const allowedHosts = z
  .string()
  .trim()
  .prefault('')
  .transform((value) => value.split(',').map((host) => host.trim().toLowerCase()))
  .transform((hosts) => hosts.filter(Boolean))
  .refine(
    (hosts) => hosts.every((host) => /^(\[[0-9a-f:.]+\]|[^\s:/[\]]+):\d{1,5}$/.test(host)),
    'must be a list of host:port, such as intranet.example:8080,127.0.0.1:9000',
  );

const secondsPer = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const schedule = text
  .regex(/^\d{1,6}[smhd](,\d{1,6}[smhd])*$/, 'must be a list of waits such as 5s,5m,2h')
  .transform((value) =>
    value.split(',').map((wait) => {
      const [, count, unit] = /^(\d+)([smhd])$/.exec(wait) ?? [];
      return Number(count) * secondsPer[z.enum(['s', 'm', 'h', 'd']).parse(unit)];
    }),
  )
  .refine((waits) => waits.length <= 20, 'must name at most 20 waits');

const shape = {
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('base of the links in responses, for custom domains and proxies'),
  THUMBNAIL_SIZES: sizes
    .prefault('small:200,medium:800')
    .describe('name and longest side in pixels of each rendition'),
  PRESETS: PresetsSetting.prefault('large:2048').describe(
    'renditions made at the first request, separated by `;`: `name:side` or `name:cover,WxH`, each with `,q=1…100`',
  ),
  DELIVERY_ACCESS: z
    .enum(['signed', 'public'])
    .optional()
    .describe(
      'who may see renditions by their links: holders of signed ones, or every client. By default `signed`; on an open local stack `public`',
    ),
  MULTIPART_MAX_BYTES: wholeNumber(1, 10_000_000)
    .prefault(4_400_000)
    .describe("the largest multipart upload (Lambda's payload limit; at most 10 MB, locally)"),
  UPLOAD_MAX_BYTES: wholeNumber(1, 5_000_000_000)
    .prefault(52_428_800)
    .describe('size in bytes of any original'),
  MAX_MEGAPIXELS: wholeNumber(1, 1_000).prefault(268).describe('megapixels of any original'),
  HEIC: z
    .enum(['on', 'off'])
    .prefault('on')
    .describe("`off` refuses HEIC and HEIF with a sentence (patents are the operator's to judge)"),
  CAPTION_PROVIDER: z
    .enum(captionProviders)
    .prefault('auto')
    .describe('`auto` uses the first that is set up, else none'),
  CAPTION_BASE_URL: optional.describe(
    'base with or without /v1, or the full …/chat/completions; for `hf-endpoint` the endpoint',
  ),
  CAPTION_MODEL: optional.describe("the model's name; by default the provider's current one"),
  CAPTION_TIMEOUT_SECONDS: wholeNumber(1, 45)
    .prefault(30)
    .describe('timeout of a caption provider'),
  EDIT_PROVIDER: z
    .enum(editProviders)
    .prefault('auto')
    .describe('`auto` uses the first that is set up, else none'),
  EDIT_BASE_URL: optional.describe(
    'base with or without /v1, or the full …/images/edits; for Hugging Face the endpoint',
  ),
  EDIT_MODEL: optional.describe(
    "the model's name, on Hugging Face's router with `:fal-ai` or `:together` behind it; by default the provider's current one",
  ),
  EDIT_TIMEOUT_SECONDS: wholeNumber(1, 240).prefault(120).describe('timeout of an edit provider'),
  FETCH_ALLOW_HOSTS: allowedHosts.describe(
    'list of private `host:port` that URL fetches and webhooks may reach',
  ),
  USER_AGENT: text
    .regex(
      /^[\x21-\x7e]([\x20-\x7e]{0,254}[\x21-\x7e])?$/,
      'must be at most 256 characters of ASCII',
    )
    .optional()
    .describe(
      'User-Agent of URL fetches and webhooks; by default `Darkroom/<version> (+<PUBLIC_URL>)`',
    ),
  FETCH_TIMEOUT_SECONDS: wholeNumber(1, 30)
    .prefault(20)
    .describe(
      'timeout of one download for a batch, of a picture or its CSV; 4 attempts (for an edit: 10 s, once)',
    ),
  WEBHOOK_SCHEDULE: schedule
    .prefault('5s,5m,30m,2h,5h,10h,14h,20h,24h')
    .describe('waits between the attempts to deliver a webhook'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'where traces are sent by OTLP/HTTP, such as `http://127.0.0.1:4318`; unset, none are made',
    ),
};

/** Every setting a person may change. The README's table and `.env.example` are made from it. */
export const Settings = z
  .object(shape)
  .superRefine(({ THUMBNAIL_SIZES, PRESETS }, { addIssue }) => {
    try {
      listPresets(THUMBNAIL_SIZES, PRESETS);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      addIssue({ code: 'custom', path: ['PRESETS'], message });
    }
  });
export type Settings = z.infer<typeof Settings>;

/** Names of the settings, as environment variables. */
export const settingNames = Object.keys(Settings.shape);

// Secrets are read from the environment, or from the SSM parameter that `<NAME>_PARAMETER` names;
// they are never logged.

export const captionSecrets = [
  'CAPTION_API_KEY',
  'HF_TOKEN',
  'GEMINI_API_KEY',
  'geminikey', // as one of the services we replace called it
  'OPENAI_API_KEY',
] as const;
export type CaptionSecret = (typeof captionSecrets)[number];

export const editSecrets = ['EDIT_API_KEY', 'HF_TOKEN', 'OPENAI_API_KEY'] as const;
export type EditSecret = (typeof editSecrets)[number];

export const secretNames = [
  ...new Set([...captionSecrets, ...editSecrets, 'WEBHOOK_SECRET', 'DELIVERY_SECRET'] as const),
];
export type SecretName = (typeof secretNames)[number];

/** One line for each setting: its name, its value and what is allowed. */
export const describeSettingErrors = (
  error: z.ZodError,
  environment: Record<string, string | undefined>,
): string =>
  error.issues
    .map(({ path, message }) => {
      const name = String(path[0]);
      const value = environment[name];
      return `${name}${value === undefined ? ' is not set' : `=${value}`}: ${message}`;
    })
    .join('\n');
