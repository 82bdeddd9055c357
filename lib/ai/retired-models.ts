import { currentEditModels, currentModels } from './current-models.ts';
import type { Provider } from './provider.ts';

type Retired = { names: RegExp; because: string; instead: string };

const blip =
  'is not served by the Hugging Face router; give it an endpoint of its own and set CAPTION_PROVIDER=hf-endpoint, or';

/**
 * Names that people still carry in their settings though they answer no more. Sources, read in
 * November 2026: ai.google.dev/gemini-api/docs/deprecations (2.0 was shut down on 2026-06-01),
 * developers.openai.com/api/docs/deprecations.
 */
const describing: Record<string, readonly Retired[]> = {
  huggingface: [
    { names: /^salesforce\/blip/i, because: blip, instead: currentModels.huggingface },
    { names: /^nlpconnect\/vit-gpt2/i, because: blip, instead: currentModels.huggingface },
    { names: /^microsoft\/git-/i, because: blip, instead: currentModels.huggingface },
  ],
  gemini: [
    {
      names: /^(models\/)?(gemini-(1\.|2\.0-)|gemini-pro)/i,
      because: 'was retired by Google;',
      instead: currentModels.gemini,
    },
  ],
  openai: [
    {
      names: /^(gpt-image-|chatgpt-image-|dall-e-)/i,
      because: 'draws pictures and cannot describe them;',
      instead: currentModels.openai,
    },
    {
      names: /^(gpt-4-(vision|turbo|1106|0125)|gpt-4$|gpt-3\.5|gpt-4\.1-nano|o1|o3-mini|o4-mini)/i,
      because: 'was retired by OpenAI;',
      instead: currentModels.openai,
    },
  ],
};

/**
 * Likewise. DALL·E went on 2026-05-12, gpt-image-1 on 2026-10-23. gpt-image-1.5, gpt-image-1-mini
 * and chatgpt-image-latest answer until 2026-12-01; after that OpenAI's 404 becomes the sentence.
 */
const editing: Record<string, readonly Retired[]> = {
  huggingface: [
    {
      names: /^(timbrooks\/instruct-pix2pix|lllyasviel\/sd-controlnet|runwayml\/)/i,
      because:
        'is not served by the Hugging Face router; give it an endpoint of its own and set EDIT_BASE_URL to it, or',
      instead: currentEditModels.huggingface,
    },
  ],
  openai: [
    {
      names: /^(dall-e(-\d)?|gpt-image-1)(-20\d\d-\d\d-\d\d)?$/i,
      because: 'was retired by OpenAI;',
      instead: currentEditModels.openai,
    },
    {
      names: /^(gpt-\d|chatgpt-\d|o\d)/i,
      because: 'cannot draw;',
      instead: currentEditModels.openai,
    },
  ],
};

const retired = {
  describe: { models: describing, setting: 'CAPTION_MODEL' },
  edit: { models: editing, setting: 'EDIT_MODEL' },
};

/** Why a model of this provider cannot be asked any more, with its successor; else undefined. */
export const retirementOf = (
  provider: string,
  model: string,
  task: Provider['task'] = 'describe',
): string | undefined => {
  const { models, setting } = retired[task];
  const found = models[provider]?.find(({ names }) => names.test(model));
  return found && `The model ${model} ${found.because} set ${setting}=${found.instead}.`;
};
