import { z } from 'zod';
import { captionProviders } from '#lib/ai/caption-settings.ts';

const text = z.string().trim().min(1);
const optional = text.optional();
const wholeNumber = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

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
  );

/** Every setting a person may change. The README's table and `.env.example` are made from it. */
export const Settings = z.object({
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('base of the links in answers, for custom domains and proxies'),
  THUMBNAIL_SIZES: sizes
    .prefault('small:200,medium:800')
    .describe('name and longest side in pixels of each rendition'),
  MULTIPART_MAX_BYTES: wholeNumber(1, 10_000_000)
    .prefault(4_400_000)
    .describe("what the multipart door takes (Lambda's payload limit; at most 10 MB, locally)"),
  UPLOAD_MAX_BYTES: wholeNumber(1, 5_000_000_000)
    .prefault(52_428_800)
    .describe('what any original may weigh'),
  CAPTION_PROVIDER: z
    .enum(captionProviders)
    .prefault('auto')
    .describe('`auto` takes the first that has what it needs, else none'),
  CAPTION_BASE_URL: optional.describe(
    'base with or without /v1, or the full …/chat/completions; for `hf-endpoint` the endpoint',
  ),
  CAPTION_MODEL: optional.describe("the model's name; by default the provider's current one"),
  CAPTION_TIMEOUT_SECONDS: wholeNumber(1, 45)
    .prefault(30)
    .describe('how long a caption provider may be silent'),
});
export type Settings = z.infer<typeof Settings>;

/** Read from the environment, or from the SSM parameter that `<NAME>_PARAMETER` names; never logged. */
export const captionSecrets = [
  'CAPTION_API_KEY',
  'HF_TOKEN',
  'GEMINI_API_KEY',
  'geminikey', // as one of the services we replace called it
  'OPENAI_API_KEY',
] as const;
export type CaptionSecret = (typeof captionSecrets)[number];

/** Names the setting, the value it has and what is allowed. */
export const complaintsOf = (
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
