import { z } from 'zod';
import * as known from './known-providers.ts';
import { type SetupFailure, setupFailure } from './messages.ts';
import type { CaptionProvider, EditProvider, Provider } from './provider.ts';

/** The values of CAPTION_PROVIDER and EDIT_PROVIDER. */
export const captionProviders = [
  'auto',
  'none',
  'huggingface',
  'hf-endpoint',
  'gemini',
  'openai',
  'ollama',
  'openai-compatible',
] as const satisfies ('auto' | 'none' | known.KnownCaptionProvider)[];
export const editProviders = ['auto', 'none', 'openai', 'huggingface'] as const;

/** An empty line in `.env` means "not set". */
const text = z
  .string()
  .trim()
  .transform((value) => value || undefined)
  .optional();
const keys = { apiKey: text, hfToken: text, geminiKey: text, openaiKey: text };
const Common = z.object({ baseUrl: text, model: text, ...keys });

/** The settings for captions, secrets included. `timeoutMs` bounds one attempt. */
export const CaptionSettings = Common.extend({
  provider: z.enum(captionProviders).prefault('auto'),
  timeoutMs: z.int().positive().prefault(30_000),
});
export type CaptionSettings = z.infer<typeof CaptionSettings>;

/** The settings for edits, secrets included. `timeoutMs` bounds one edit with all its requests. */
export const EditSettings = Common.extend({
  provider: z.enum(editProviders).prefault('auto'),
  timeoutMs: z.int().positive().prefault(120_000),
});
export type EditSettings = z.infer<typeof EditSettings>;

/**
 * Decides from the settings alone, without a request, who writes captions. `auto` takes
 * CAPTION_BASE_URL where it is set (and then nothing else: a picture meant for one's own server is
 * sent to no vendor), else the first of HF_TOKEN, GEMINI_API_KEY and OPENAI_API_KEY.
 * CAPTION_API_KEY is sent wherever the person names a URL or a provider; a vendor's own key only to
 * that vendor's hosts. Throws a ZodError for a provider that does not exist.
 */
export const resolveCaptionProvider = (
  given: z.input<typeof CaptionSettings>,
): CaptionProvider | SetupFailure => {
  const settings = CaptionSettings.parse(given);
  if (settings.provider === 'none') return setupFailure('captions_disabled');
  const base = parseBaseUrl(settings.baseUrl);
  if (base === null) return setupFailure('invalid_base_url', { TASK: 'CAPTION' });
  const provider =
    settings.provider === 'auto' ? chooseCaptionProvider(settings, base) : settings.provider;
  if (!provider) return setupFailure('no_caption_provider');
  const resolved = resolve('caption', provider, known.captionProviders[provider], base, settings);
  return resolved.ok ? { ...resolved, provider } : resolved;
};

/**
 * Likewise for edits. `auto` takes EDIT_BASE_URL where it is set (and then nothing else), in
 * OpenAI's wire format unless the host is Hugging Face's; else the first of OPENAI_API_KEY and
 * HF_TOKEN. EDIT_API_KEY follows the rule of CAPTION_API_KEY.
 */
export const resolveEditProvider = (
  given: z.input<typeof EditSettings>,
): EditProvider | SetupFailure => {
  const settings = EditSettings.parse(given);
  if (settings.provider === 'none') return setupFailure('edits_disabled');
  const base = parseBaseUrl(settings.baseUrl);
  if (base === null) return setupFailure('invalid_base_url', { TASK: 'EDIT' });
  const { routed } = known.parseRoutedModel(settings.model ?? '');
  const service = chooseEditProvider(settings, base, routed);
  if (!service) return setupFailure('no_edit_provider');
  const isRouter = service === 'huggingface';
  const supported = known.routedProviders.map((name) => `:${name}`);
  if (isRouter && routed && !supported.includes(`:${routed}`))
    return setupFailure('unsupported_router_provider', {
      routed,
      supported: supported.join(' or '),
    });
  const resolved = resolve('edit', service, known.editProviders[service], base, settings);
  if (!resolved.ok) return resolved;
  const provider = resolved.format === 'images-edits' ? 'openai' : 'huggingface';
  const model = isRouter && !routed ? `${resolved.model}${supported[0]}` : resolved.model;
  return { ...resolved, ...known.editLimits[resolved.format], provider, model };
};

/** Null where it is no http or https URL, or carries a user or password. */
const parseBaseUrl = (value: string | undefined): URL | undefined | null => {
  const url = value === undefined ? undefined : URL.parse(value);
  return url && (!/^https?:$/.test(url.protocol) || url.username || url.password) ? null : url;
};

const chooseCaptionProvider = (
  { hfToken, geminiKey, openaiKey }: CaptionSettings,
  base: URL | undefined,
): known.KnownCaptionProvider | undefined => {
  if (!base)
    return (
      (hfToken && 'huggingface') || (geminiKey && 'gemini') || (openaiKey && 'openai') || undefined
    );
  const vendor = known.findVendor(base)?.name ?? 'openai-compatible';
  // A dedicated endpoint may run BLIP or a chat server; only the latter's URL ends like this.
  const isChat = /\/(v1|chat\/completions)\/*$/.test(base.pathname);
  return vendor === 'hf-endpoint' && isChat ? 'openai-compatible' : vendor;
};

const chooseEditProvider = (
  { provider, hfToken, openaiKey }: EditSettings,
  base: URL | undefined,
  routed: string | undefined,
): known.KnownEditProvider | undefined => {
  if (!base && provider === 'auto')
    return (openaiKey && 'openai') || (hfToken && 'huggingface') || undefined;
  const vendor = known.findVendor(base)?.name ?? '';
  const isHuggingFace =
    provider === 'auto' ? /^(huggingface|hf-)/.test(vendor) : provider === 'huggingface';
  if (isHuggingFace)
    return !base || vendor === 'huggingface' || routed ? 'huggingface' : 'hf-endpoint';
  return !base || vendor === 'openai' ? 'openai' : 'openai-compatible';
};

/** What is the same for every provider; or what is missing. */
const resolve = <Format extends (CaptionProvider | EditProvider)['format']>(
  task: 'caption' | 'edit',
  service: known.KnownCaptionProvider | known.KnownEditProvider,
  { label, format, baseUrl, model: suggestedModel, retired = {} }: known.ProviderDefaults<Format>,
  given: URL | undefined,
  { apiKey, provider, timeoutMs, ...settings }: CaptionSettings | EditSettings,
): (Omit<Provider, 'provider'> & { format: Format }) | SetupFailure => {
  const TASK = task === 'caption' ? 'CAPTION' : 'EDIT';
  const base = given ?? URL.parse(baseUrl ?? '');
  if (!base) return setupFailure('no_base_url', { TASK, service });
  const model = settings.model ?? (service === 'hf-endpoint' ? base.hostname : suggestedModel);
  if (!model) return setupFailure('no_model', { TASK });
  const because = Object.entries(retired).find(([, names]) => names.test(model))?.[0];
  if (because) return setupFailure('retired_model', { TASK, model, because, suggestedModel });

  const vendor = known.findVendor(base);
  // Where only a vendor's key chose the provider, the settings do not say where the task's own key belongs.
  const taskKey = provider === 'auto' && !given ? undefined : apiKey;
  const setting = vendor && !taskKey ? known.keySettings[vendor.key] : `${TASK}_API_KEY`;
  const key = taskKey ?? (vendor && settings[vendor.key]);
  // At any other host (a gateway of one's own) only that host knows whether it needs a key.
  if (!key && vendor && baseUrl) return setupFailure('no_key', { TASK, service, setting });
  // fetch() quotes a header that it cannot send in its error, so such a key must not reach it.
  if (key && !/^[\x21-\x7e]+$/.test(key)) return setupFailure('malformed_key', { setting });

  const url = toRequestUrl(format, service, base);
  const names = { key: setting, model: `${TASK}_MODEL`, baseUrl: `${TASK}_BASE_URL` };
  const secret = key ? () => key : undefined;
  const common = { label, model, format, url, timeoutMs, suggestedModel };
  return { ok: true, task, ...common, key: secret, settings: names };
};

/**
 * The URL that requests go to, for a base as people write it: bare, with `/v1`, with
 * `/v1beta/openai` (Gemini), or already complete. A query (Azure's `api-version`) is preserved.
 */
const toRequestUrl = (format: string, service: string, base: URL): string => {
  if (format === 'blip') return base.href;
  if (format === 'image-to-image') return service === 'huggingface' ? base.origin : base.href;
  const url = new URL(base);
  const path = base.pathname.replace(/\/+$/, '');
  const method = format === 'chat' ? '/chat/completions' : '/images/edits';
  if (path.endsWith(method)) url.pathname = path;
  else if (/\/(v\d+|openai)$/.test(path)) url.pathname = `${path}${method}`;
  else if (service !== 'gemini') url.pathname = `${path}/v1${method}`;
  else url.pathname = `${path.replace(/\/v1beta$/, '')}/v1beta/openai${method}`;
  return url.href;
};
