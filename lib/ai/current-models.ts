/**
 * What is asked when CAPTION_MODEL is not set: small models that read pictures, chosen in November
 * 2026. They age; a setting replaces them without a release.
 */
export const currentModels = {
  huggingface: 'Qwen/Qwen3-VL-8B-Instruct',
  // No shutdown announced; gemini-2.5-flash and -pro go on 2026-12-01.
  gemini: 'gemini-3.5-flash-lite',
  // OpenAI's own replacement for gpt-4o-mini and gpt-4.1-mini, which go on 2027-01-14.
  openai: 'gpt-6-luna',
  // 3 GB, and answers without thinking aloud first.
  ollama: 'gemma3:4b',
} as const;

/** What is asked when EDIT_MODEL is not set: models that change a picture as told, likewise. */
export const currentEditModels = {
  // Of 2026-11-04; OpenAI's sunburst line is the one for edits that keep the rest as it is.
  openai: 'gpt-image-2.6-sunburst',
  // Free weights (Apache 2.0), served through the router.
  huggingface: 'Qwen/Qwen-Image-Edit-2511',
} as const;
