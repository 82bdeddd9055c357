import { z } from 'zod';
import { currentEditModels } from './current-models.ts';
import { editAddressOf } from './edit-address.ts';
import { editProviders } from './edit-providers.ts';
import { isRouterPartner, partnerIn, routerPartners } from './hugging-face-partners.ts';
import type { Provider } from './provider.ts';
import { retirementOf } from './retired-models.ts';
import { addressOf, unsetIfEmpty } from './setting-values.ts';
import { isSendable, type VendorKeys, vendorKeyFor, vendorOf } from './vendor-keys.ts';

/** What a person sets about edits; secrets already fetched. */
export const EditSettings = z.object({
  provider: z.enum(editProviders).prefault('auto'),
  baseUrl: unsetIfEmpty,
  model: unsetIfEmpty,
  apiKey: unsetIfEmpty,
  hfToken: unsetIfEmpty,
  openaiKey: unsetIfEmpty,
  /** For one edit from question to picture, silence included. */
  timeoutMs: z.int().positive().prefault(120_000),
});
export type EditSettings = z.infer<typeof EditSettings>;

/** A provider that can be asked for edits, and in what form it takes pictures. */
export type EditProvider = Provider & {
  task: 'edit';
  speaks: 'images-edits' | 'image-to-image';
  /** Longest side of a picture that is sent, in pixels. */
  maxSide: number;
  /** Of one picture that is sent. */
  maxBytes: number;
  /** 1 where a target cannot be sent. */
  mostPictures: 1 | 2;
};

/**
 * OpenAI takes files below 50 MB, but bills what it sees by the token and draws about 1500 pixels
 * wide unless told otherwise; more than 2048 only costs.
 */
const openaiLimits = { maxSide: 2048, maxBytes: 20_000_000, mostPictures: 2 } as const;

/** Open models work on about a megapixel, and the picture travels as base64 within JSON. */
const huggingFaceLimits = { maxSide: 1536, maxBytes: 5_000_000, mostPictures: 1 } as const;

/**
 * Decides, without asking anybody, who edits pictures: which address, model and key; or the
 * sentence that tells what to set. `auto` takes EDIT_BASE_URL where it is set (and then nothing
 * else), in the wire format of OpenAI unless the host is Hugging Face's; else the first of
 * OPENAI_API_KEY and HF_TOKEN. EDIT_API_KEY goes wherever a person sends it by naming an address or
 * a provider; a vendor's own key only to that vendor's hosts.
 */
export const editingOf = (
  given: z.input<typeof EditSettings>,
): EditProvider | { unavailable: string } => {
  const settings = EditSettings.parse(given);
  if (settings.provider === 'none')
    return {
      unavailable:
        'Edits are switched off (EDIT_PROVIDER=none). To switch them on, set EDIT_PROVIDER=auto and OPENAI_API_KEY or HF_TOKEN.',
    };
  const base = addressOf(settings.baseUrl);
  if (base === 'invalid')
    return {
      unavailable:
        'EDIT_BASE_URL must be an address that begins with http:// or https:// and holds no user or password.',
    };
  if (settings.provider !== 'auto') return providers[settings.provider](base, settings);
  if (base) return providers[speakerAt(base)](base, settings);
  const keyless = { ...settings, apiKey: undefined };
  if (settings.openaiKey) return providers.openai(undefined, keyless);
  if (settings.hfToken) return providers.huggingface(undefined, keyless);
  return {
    unavailable:
      'No edit provider is set up. Set OPENAI_API_KEY or HF_TOKEN, or EDIT_BASE_URL for a server of your own.',
  };
};

const speakerAt = (base: URL): 'openai' | 'huggingface' => {
  const vendor = vendorOf(base);
  return vendor === 'huggingface' || vendor === 'hf-endpoint' ? 'huggingface' : 'openai';
};

const openai = (
  base = new URL('https://api.openai.com/v1'),
  settings: EditSettings,
): EditProvider | { unavailable: string } => {
  const isOpenai = vendorOf(base) === 'openai';
  const suggestedModel = currentEditModels.openai;
  const model = settings.model ?? suggestedModel;
  // A server of one's own may give its models what names it likes.
  const retirement = isOpenai && retirementOf('openai', model, 'edit');
  if (retirement) return { unavailable: retirement };
  return withKey(base, settings, isOpenai, {
    ...openaiLimits,
    provider: 'openai',
    label: isOpenai ? 'OpenAI' : 'The edit server',
    speaks: 'images-edits',
    model,
    suggestedModel,
    url: editAddressOf(base).href,
  });
};

const huggingface = (
  base = new URL('https://router.huggingface.co'),
  settings: EditSettings,
): EditProvider | { unavailable: string } => {
  const partner = settings.model && partnerIn(settings.model);
  const isRouter = vendorOf(base) === 'huggingface' || Boolean(partner);
  if (!isRouter)
    return withKey(base, settings, false, {
      ...huggingFaceLimits,
      provider: 'huggingface',
      label: 'The Hugging Face endpoint',
      speaks: 'image-to-image',
      model: settings.model ?? base.hostname,
      suggestedModel: undefined,
      url: base.href,
    });

  if (partner && !isRouterPartner(partner))
    return {
      unavailable: `EDIT_MODEL names the provider ${partner}, whose answers are not understood here. Let it end in ${routerPartners.map((name) => `:${name}`).join(' or ')}.`,
    };
  const suggestedModel = currentEditModels.huggingface;
  const model = settings.model ?? suggestedModel;
  const retirement = retirementOf('huggingface', model, 'edit');
  if (retirement) return { unavailable: retirement };
  return withKey(base, settings, vendorOf(base) === 'huggingface', {
    ...huggingFaceLimits,
    provider: 'huggingface',
    label: 'Hugging Face',
    speaks: 'image-to-image',
    model: partner ? model : `${model}:${routerPartners[0]}`,
    suggestedModel,
    url: base.origin,
  });
};

const providers = { openai, huggingface };

const withKey = (
  base: URL,
  { apiKey, hfToken, openaiKey, timeoutMs }: EditSettings,
  // At another host (a gateway of one's own) only that host knows whether it wants a key.
  isNeeded: boolean,
  provider: Omit<EditProvider, 'task' | 'key' | 'timeoutMs' | 'settings'>,
): EditProvider | { unavailable: string } => {
  const { key, setting } = keyFor(base, apiKey, { hfToken, openaiKey });
  if (!key && isNeeded)
    return { unavailable: `EDIT_PROVIDER=${provider.provider} needs a key. Set ${setting}.` };
  if (key && !isSendable(key))
    return {
      unavailable: `${setting} holds a character that no key has (a space, a line break?). Set it again.`,
    };
  return {
    ...provider,
    task: 'edit',
    key: key ? () => key : undefined,
    timeoutMs,
    settings: { key: setting, model: 'EDIT_MODEL', baseUrl: 'EDIT_BASE_URL' },
  };
};

const keyFor = (
  url: URL,
  apiKey: string | undefined,
  vendorKeys: VendorKeys,
): { key: string | undefined; setting: string } => {
  if (apiKey) return { key: apiKey, setting: 'EDIT_API_KEY' };
  return vendorKeyFor(url, vendorKeys) ?? { key: undefined, setting: 'EDIT_API_KEY' };
};
