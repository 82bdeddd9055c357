import { z } from 'zod';
import { setupFailure } from './messages.ts';
import type { CaptionProvider, EditProvider, Provider, SetupFailure } from './provider.ts';
import * as services from './services.ts';

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
] as const;
export const editProviders = ['auto', 'none', 'openai', 'huggingface'] as const;

/** An empty line in `.env` means "not set". */
const text = z
  .string()
  .optional()
  .transform((value) => value?.trim() || undefined);
const keys = { apiKey: text, hfToken: text, geminiKey: text, openaiKey: text };
const timeoutMs = z.int().positive();

/** The settings for captions, secrets included. `timeoutMs` bounds one attempt. */
export const CaptionSettings = z.object({
  ...{ baseUrl: text, model: text, ...keys },
  provider: z.enum(captionProviders).prefault('auto'),
  timeoutMs: timeoutMs.prefault(30_000),
});
export type CaptionSettings = z.infer<typeof CaptionSettings>;

/** The settings for edits, secrets included. `timeoutMs` bounds one edit with all its requests. */
export const EditSettings = z.object({
  ...{ baseUrl: text, model: text, ...keys },
  provider: z.enum(editProviders).prefault('auto'),
  timeoutMs: timeoutMs.prefault(120_000),
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
  if (base === 'invalid') return setupFailure('invalid_base_url', { TASK: 'CAPTION' });
  const byKey = firstWithKey(settings, ['huggingface', 'gemini', 'openai']);
  const provider =
    settings.provider === 'auto' ? (captionServiceAt(base) ?? byKey) : settings.provider;
  if (!provider) return setupFailure('no_caption_provider');
  const { format, ...offer } = services.captionServices[provider];
  const resolved = resolve({ task: 'caption', service: provider, offer, base, settings });
  if (!('base' in resolved)) return resolved;
  const { base: found, ...rest } = resolved;
  const url =
    format === 'blip' ? found : completeUrl(found, 'chat/completions', provider === 'gemini');
  return { ...rest, provider, format, url: url.href };
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
  if (base === 'invalid') return setupFailure('invalid_base_url', { TASK: 'EDIT' });
  const { provider: routed } = services.parseRoutedModel(settings.model ?? '');
  const service = editServiceFor(settings, base, routed);
  if (!service) return setupFailure('no_edit_provider');
  const isRouter = service === 'huggingface';
  const [usual, ...others] = services.routedProviders;
  if (isRouter && routed && ![usual, ...others].some((name) => name === routed)) {
    const supported = [usual, ...others].map((name) => `:${name}`).join(' or ');
    return setupFailure('unsupported_router_provider', { routed, supported });
  }
  const { provider, format, limits, ...offer } = services.editServices[service];
  const resolved = resolve({ task: 'edit', service, offer, base, settings });
  if (!('base' in resolved)) return resolved;
  const { base: found, ...rest } = resolved;
  const endpoint = isRouter ? found.origin : found.href;
  const url = format === 'images-edits' ? completeUrl(found, 'images/edits').href : endpoint;
  const model = isRouter && !routed ? `${rest.model}:${usual}` : rest.model;
  return { ...rest, ...limits, provider, format, url, model };
};

const parseBaseUrl = (value: string | undefined): URL | 'invalid' | undefined => {
  if (!value) return undefined;
  const url = URL.parse(value);
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password;
  return isPlain ? url : 'invalid';
};

type Keys = Partial<Record<keyof typeof keys, string | undefined>>;

const firstWithKey = <Name extends string>(settings: Keys, order: readonly Name[]) =>
  order.find((name) =>
    services.vendors.some(([vendor, , key]) => vendor === name && settings[key]),
  );

const captionServiceAt = (base: URL | undefined): services.CaptionService | undefined => {
  if (!base) return undefined;
  const vendor = services.findVendor(base)?.name;
  // A dedicated endpoint may run BLIP or a chat server; only the latter's URL ends like this.
  const isChat = /\/(v1|chat\/completions)\/*$/.test(base.pathname);
  return !vendor || (vendor === 'hf-endpoint' && isChat) ? 'openai-compatible' : vendor;
};

const editServiceFor = (
  { provider, ...settings }: EditSettings,
  base: URL | undefined,
  routed: string | undefined,
): services.EditService | undefined => {
  if (provider === 'auto' && !base) return firstWithKey(settings, ['openai', 'huggingface']);
  const vendor = services.findVendor(base)?.name;
  const isHuggingFace = vendor === 'huggingface' || vendor === 'hf-endpoint';
  if (provider === 'openai' || (provider === 'auto' && !isHuggingFace))
    return !base || vendor === 'openai' ? 'openai' : 'openai-compatible';
  return !base || vendor === 'huggingface' || routed ? 'huggingface' : 'hf-endpoint';
};

type Choice = {
  task: 'caption' | 'edit';
  service: services.CaptionService | services.EditService;
  offer: services.Offer;
  base: URL | undefined;
  settings: CaptionSettings | EditSettings;
};

/** What is the same for every provider, and the base of its URL; or what is missing. */
const resolve = ({
  task,
  service,
  offer: { label, model: suggestedModel, ...offer },
  settings,
  ...given
}: Choice): (Omit<Provider, 'url' | 'provider'> & { base: URL }) | SetupFailure => {
  const TASK = task === 'caption' ? 'CAPTION' : 'EDIT';
  const base = given.base ?? URL.parse(offer.baseUrl ?? '');
  if (!base) return setupFailure('no_base_url', { TASK, service });
  const ownModel = service === 'hf-endpoint' ? base.hostname : suggestedModel;
  const model = settings.model ?? ownModel;
  if (!model) return setupFailure('no_model', { TASK });
  const because = Object.entries(offer.retired ?? {}).find(([, names]) => names.test(model))?.[0];
  if (because) return setupFailure('retired_model', { TASK, model, because, suggestedModel });

  const vendor = services.findVendor(base);
  // Where only a vendor's key chose the provider, nobody said whose key the task's own is.
  const ownKey = settings.provider === 'auto' && !given.base ? undefined : settings.apiKey;
  const setting = (!ownKey && vendor?.setting) || `${TASK}_API_KEY`;
  const key = ownKey ?? (vendor && settings[vendor.key]);
  if (!key && offer.needsKey && vendor) return setupFailure('no_key', { TASK, service, setting });
  // fetch() quotes a header that it cannot send in its error, so such a key must not reach it.
  if (key && !/^[\x21-\x7e]+$/.test(key)) return setupFailure('malformed_key', { setting });

  return {
    ...{ ok: true, task, label, model, suggestedModel, base, timeoutMs: settings.timeoutMs },
    key: key ? () => key : undefined,
    settings: { key: setting, model: `${TASK}_MODEL`, baseUrl: `${TASK}_BASE_URL` },
  };
};

/**
 * The full URL of a method for a base as people write it: bare, with `/v1`, with `/v1beta/openai`
 * (Gemini), or already full. A query (Azure's `api-version`) is kept.
 */
const completeUrl = (base: URL, method: string, isGemini = false): URL => {
  const url = new URL(base);
  const path = base.pathname.replace(/\/+$/, '');
  if (path.endsWith(`/${method}`)) url.pathname = path;
  else if (/\/(v\d+|openai)$/.test(path)) url.pathname = `${path}/${method}`;
  else if (!isGemini) url.pathname = `${path}/v1/${method}`;
  else url.pathname = `${path.replace(/\/v1beta$/, '')}/v1beta/openai/${method}`;
  return url;
};
