import { z } from 'zod';
import { chatAddressOf } from './chat-address.ts';
import { currentModels } from './current-models.ts';
import type { Provider } from './provider.ts';
import { retirementOf } from './retired-models.ts';
import { addressOf, unsetIfEmpty } from './setting-values.ts';
import { isSendable, type VendorKeys, vendorKeyFor, vendorOf } from './vendor-keys.ts';

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

/** What a person sets about captions; secrets already fetched. */
export const CaptionSettings = z.object({
  provider: z.enum(captionProviders).prefault('auto'),
  baseUrl: unsetIfEmpty,
  model: unsetIfEmpty,
  apiKey: unsetIfEmpty,
  hfToken: unsetIfEmpty,
  geminiKey: unsetIfEmpty,
  openaiKey: unsetIfEmpty,
  /** For one try, silence included. */
  timeoutMs: z.int().positive().prefault(30_000),
});
export type CaptionSettings = z.infer<typeof CaptionSettings>;

/** A provider that can be asked for captions, and the wire format it speaks. */
export type CaptionProvider = Provider & { speaks: 'chat' | 'blip' };

type Named = Exclude<CaptionSettings['provider'], 'auto' | 'none'>;

const providers: Record<Named, { label: string; base?: string; needs: 'key' | 'url' | 'nothing' }> =
  {
    huggingface: { label: 'Hugging Face', base: 'https://router.huggingface.co/v1', needs: 'key' },
    'hf-endpoint': { label: 'The Hugging Face endpoint', needs: 'url' },
    gemini: {
      label: 'Gemini',
      base: 'https://generativelanguage.googleapis.com/v1beta/openai',
      needs: 'key',
    },
    openai: { label: 'OpenAI', base: 'https://api.openai.com/v1', needs: 'key' },
    ollama: { label: 'Ollama', base: 'http://127.0.0.1:11434/v1', needs: 'nothing' },
    'openai-compatible': { label: 'The caption server', needs: 'url' },
  };

/**
 * Decides, without asking anybody, who writes captions: which address, model and key; or the
 * sentence that tells what to set. `auto` takes CAPTION_BASE_URL where it is set (and then nothing
 * else: a picture meant for one's own server goes to no vendor), else the first of HF_TOKEN,
 * GEMINI_API_KEY and OPENAI_API_KEY. CAPTION_API_KEY goes wherever a person sends it by naming an
 * address or a provider; a vendor's own key only to that vendor's hosts.
 */
export const captioningOf = (
  given: z.input<typeof CaptionSettings>,
): CaptionProvider | { skipped: string } => {
  const settings = CaptionSettings.parse(given);
  if (settings.provider === 'none')
    return { skipped: 'Captions are switched off (CAPTION_PROVIDER=none).' };
  const base = addressOf(settings.baseUrl);
  if (base === 'invalid')
    return {
      skipped:
        'CAPTION_BASE_URL must be an address that begins with http:// or https:// and holds no user or password.',
    };
  if (settings.provider !== 'auto') return providerOf(settings.provider, base, settings);
  if (base) return providerOf(speakerAt(base), base, settings);
  const first = firstWithKey(settings);
  if (first) return providerOf(first, undefined, { ...settings, apiKey: undefined });
  return {
    skipped:
      'No caption provider is set up. Set HF_TOKEN, GEMINI_API_KEY or OPENAI_API_KEY, or CAPTION_BASE_URL with CAPTION_MODEL.',
  };
};

const providerOf = (
  provider: Named,
  givenBase: URL | undefined,
  settings: CaptionSettings,
): CaptionProvider | { skipped: string } => {
  const { label, base: ownBase, needs } = providers[provider];
  const base = givenBase ?? (ownBase ? new URL(ownBase) : undefined);
  if (!base)
    return { skipped: `CAPTION_PROVIDER=${provider} needs an address. Set CAPTION_BASE_URL.` };

  const speaks = provider === 'hf-endpoint' ? 'blip' : 'chat';
  const suggestedModel = suggestedFor(provider);
  const model = settings.model ?? (speaks === 'blip' ? base.hostname : suggestedModel);
  if (!model)
    return { skipped: 'CAPTION_BASE_URL is set, but not the model to ask. Set CAPTION_MODEL.' };
  const retirement = retirementOf(provider, model);
  if (retirement) return { skipped: retirement };

  const { key, setting } = keyFor(base, settings);
  // At another host (a gateway of one's own) only that host knows whether it wants a key.
  if (!key && needs === 'key' && vendorOf(base))
    return { skipped: `CAPTION_PROVIDER=${provider} needs a key. Set ${setting}.` };
  if (key && !isSendable(key))
    return {
      skipped: `${setting} holds a character that no key has (a space, a line break?). Set it again.`,
    };

  return {
    task: 'describe',
    provider,
    label,
    model,
    speaks,
    url: (speaks === 'blip' ? base : chatAddressOf(base, provider)).href,
    key: key ? () => key : undefined,
    timeoutMs: settings.timeoutMs,
    suggestedModel,
    settings: { key: setting, model: 'CAPTION_MODEL', baseUrl: 'CAPTION_BASE_URL' },
  };
};

const keyFor = (
  url: URL,
  { apiKey, ...vendorKeys }: { apiKey?: string | undefined } & VendorKeys,
): { key: string | undefined; setting: string } => {
  if (apiKey) return { key: apiKey, setting: 'CAPTION_API_KEY' };
  return vendorKeyFor(url, vendorKeys) ?? { key: undefined, setting: 'CAPTION_API_KEY' };
};

const firstWithKey = ({ hfToken, geminiKey, openaiKey }: VendorKeys): Named | undefined => {
  if (hfToken) return 'huggingface';
  if (geminiKey) return 'gemini';
  return openaiKey ? 'openai' : undefined;
};

/** Who answers at an address that a person gave without naming a provider. */
const speakerAt = (base: URL): Named => {
  const vendor = vendorOf(base);
  // A dedicated endpoint may run BLIP or a chat server; only the latter's address has such an end.
  if (vendor === 'hf-endpoint' && /\/(v1|chat\/completions)\/*$/.test(base.pathname))
    return 'openai-compatible';
  return vendor ?? 'openai-compatible';
};

const suggestedFor = (provider: Named): string | undefined =>
  provider === 'hf-endpoint' || provider === 'openai-compatible'
    ? undefined
    : currentModels[provider];
