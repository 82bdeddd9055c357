import { currentModels } from './current-models.ts';

type Retired = { names: RegExp; because: string; instead: string };

const blip =
  'is not served by the Hugging Face router; give it an endpoint of its own and set CAPTION_PROVIDER=hf-endpoint, or';

/**
 * Names that people still carry in their settings though they answer no more. Sources, read in
 * November 2026: ai.google.dev/gemini-api/docs/deprecations (2.0 was shut down on 2026-06-01),
 * developers.openai.com/api/docs/deprecations.
 */
const retired: Record<string, readonly Retired[]> = {
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

/** Why a model of this provider cannot be asked any more, with its successor; else undefined. */
export const retirementOf = (provider: string, model: string): string | undefined => {
  const found = retired[provider]?.find(({ names }) => names.test(model));
  return found && `The model ${model} ${found.because} set CAPTION_MODEL=${found.instead}.`;
};
