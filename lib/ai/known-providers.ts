import type { CaptionProvider, EditLimits, EditProvider } from './provider.ts';

/**
 * What is known of a provider for one task. Without `baseUrl` the person has to set one; `model` is used
 * where the person names none, and a setting replaces it without a release. `retired` has models
 * that people still have in their settings, by the reason why they cannot be used.
 */
export type ProviderDefaults<Format> = {
  label: string;
  format: Format;
  baseUrl?: string;
  model?: string;
  retired?: Readonly<Record<string, RegExp>>;
};

const notRouted = 'is not served by the Hugging Face router; give it its own endpoint and set';

/**
 * Models were chosen in November 2026: small ones that read pictures. Sources for what was retired:
 * ai.google.dev/gemini-api/docs/deprecations (2.0 was shut down on 2026-06-01) and
 * developers.openai.com/api/docs/deprecations.
 */
export const captionProviders = {
  huggingface: {
    label: 'Hugging Face',
    format: 'chat',
    baseUrl: 'https://router.huggingface.co/v1',
    model: 'Qwen/Qwen3-VL-8B-Instruct',
    retired: {
      [`${notRouted} CAPTION_PROVIDER=hf-endpoint, or`]:
        /^(salesforce\/blip|nlpconnect\/vit-gpt2|microsoft\/git-)/i,
    },
  },
  'hf-endpoint': { label: 'The Hugging Face endpoint', format: 'blip' },
  gemini: {
    label: 'Gemini',
    format: 'chat',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    // No shutdown announced; gemini-2.5-flash and -pro are shut down on 2026-12-01.
    model: 'gemini-3.5-flash-lite',
    retired: { 'was retired by Google;': /^(models\/)?(gemini-(1\.|2\.0-)|gemini-pro)/i },
  },
  openai: {
    label: 'OpenAI',
    format: 'chat',
    baseUrl: 'https://api.openai.com/v1',
    // OpenAI's own replacement for gpt-4o-mini and gpt-4.1-mini, which are shut down on 2027-01-14.
    model: 'gpt-6-luna',
    retired: {
      'generates pictures and cannot describe them;': /^(gpt-image-|chatgpt-image-|dall-e-)/i,
      'was retired by OpenAI;':
        /^(gpt-4-(vision|turbo|1106|0125)|gpt-4$|gpt-3\.5|gpt-4\.1-nano|o1|o3-mini|o4-mini)/i,
    },
  },
  // The model takes 3 GB and answers without reasoning first.
  ollama: {
    label: 'Ollama',
    format: 'chat',
    baseUrl: 'http://127.0.0.1:11434/v1',
    model: 'gemma3:4b',
  },
  'openai-compatible': { label: 'The caption server', format: 'chat' },
} as const satisfies Record<string, ProviderDefaults<CaptionProvider['format']>>;
export type KnownCaptionProvider = keyof typeof captionProviders;

/** Of 2026-11-04; the sunburst line is the one for edits that leave the rest as it is. */
const openaiModel = 'gpt-image-2.6-sunburst';

/**
 * DALL·E was shut down on 2026-05-12, gpt-image-1 on 2026-10-23. gpt-image-1.5, gpt-image-1-mini
 * and chatgpt-image-latest work until 2026-12-01; after that OpenAI's 404 becomes the message.
 */
export const editProviders = {
  openai: {
    label: 'OpenAI',
    format: 'images-edits',
    baseUrl: 'https://api.openai.com/v1',
    model: openaiModel,
    retired: {
      'was retired by OpenAI;': /^(dall-e(-\d)?|gpt-image-1)(-20\d\d-\d\d-\d\d)?$/i,
      'cannot generate pictures;': /^(gpt-\d|chatgpt-\d|o\d)/i,
    },
  },
  // A server of one's own may give its models any name.
  'openai-compatible': { label: 'The edit server', format: 'images-edits', model: openaiModel },
  huggingface: {
    label: 'Hugging Face',
    format: 'image-to-image',
    baseUrl: 'https://router.huggingface.co',
    model: 'Qwen/Qwen-Image-Edit-2511', // open weights (Apache 2.0), served through the router
    retired: {
      [`${notRouted} EDIT_BASE_URL to it, or`]:
        /^(timbrooks\/instruct-pix2pix|lllyasviel\/sd-controlnet|runwayml\/)/i,
    },
  },
  'hf-endpoint': { label: 'The Hugging Face endpoint', format: 'image-to-image' },
} as const satisfies Record<string, ProviderDefaults<EditProvider['format']>>;
export type KnownEditProvider = keyof typeof editProviders;

export const editLimits = {
  // OpenAI takes files below 50 MB, but bills input by the token; above 2048 pixels it only costs.
  'images-edits': { maxSide: 2048, maxBytes: 20_000_000, maxPictures: 2 },
  // Open models work on about a megapixel, and the picture travels as base64 within JSON.
  'image-to-image': { maxSide: 1536, maxBytes: 5_000_000, maxPictures: 1 },
} as const satisfies Record<EditProvider['format'], EditLimits>;

/** A vendor's key is sent to the vendor's own hosts and nowhere else. */
const vendors = [
  { name: 'huggingface', hosts: /^router\.huggingface\.co$/, key: 'hfToken' },
  { name: 'hf-endpoint', hosts: /\.endpoints\.huggingface\.cloud$/, key: 'hfToken' },
  { name: 'gemini', hosts: /^generativelanguage\.googleapis\.com$/, key: 'geminiKey' },
  // eu.api.openai.com and the like keep data in one region; same keys, same owner.
  { name: 'openai', hosts: /^(\w+\.)?api\.openai\.com$/, key: 'openaiKey' },
] as const;

/** The settings that hold the vendors' keys. */
export const keySettings = {
  hfToken: 'HF_TOKEN',
  geminiKey: 'GEMINI_API_KEY',
  openaiKey: 'OPENAI_API_KEY',
} as const;

/** Whose host this is; undefined for any other. A key never travels in clear text: https only. */
export const findVendor = (url: URL | undefined): (typeof vendors)[number] | undefined =>
  url?.protocol === 'https:' && !url.port
    ? vendors.find(({ hosts }) => hosts.test(url.hostname))
    : undefined;

/**
 * The providers of image-to-image behind Hugging Face's router whose responses are read here: fal
 * through its queue, the others at once. The first is used where EDIT_MODEL names none.
 */
export const routedProviders = ['fal-ai', 'together', 'hf-inference'] as const;

/** Splits a model name as the router's users write it: `Qwen/Qwen-Image-Edit:fal-ai`. */
export const parseRoutedModel = (model: string): { id: string; routed: string | undefined } => {
  const [, id = model, routed] = model.match(/^(.*):([a-z0-9-]+)$/) ?? [];
  return { id, routed };
};
