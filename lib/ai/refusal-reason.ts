import type { Provider } from './provider.ts';

const rulesBroken = [
  'content_policy_violation',
  'content_filter',
  'ResponsibleAIPolicyViolation',
  'moderation_blocked', // OpenAI's pictures
];

/**
 * Why an HTTP status will not pass by itself, as a sentence; undefined where it may. The body only
 * decides which sentence: it may quote our key or our picture, so no word of it is repeated.
 */
export const refusalReasonOf = (
  provider: Provider,
  status: number,
  body: string,
): string | undefined => {
  const { task, label, model, settings } = provider;
  const says = (...words: string[]) => words.some((word) => body.includes(word));

  if (status >= 300 && status < 400)
    return `${label} sent us to another address (HTTP ${status}). Set ${settings.baseUrl} to the final one.`;
  // Both arrive as 429 though no waiting helps (OpenAI, "Error codes").
  if (status === 402 || says('insufficient_quota', 'billing_hard_limit_reached'))
    return `${label} says that the account behind the key has no credit left (HTTP ${status}).`;
  if (status >= 500 || [408, 409, 425, 429].includes(status)) return undefined;
  // Gemini answers a wrong key with 400.
  if (status === 401 || says('API_KEY_INVALID', 'API key not valid', 'invalid_api_key'))
    return provider.key
      ? `${label} does not accept the key in ${settings.key} (HTTP ${status}).`
      : `${label} wants a key (HTTP ${status}). Set ${settings.key}.`;
  if (says(...rulesBroken)) return contentRefusalOf(provider);
  // OpenAI lends its newest picture models only to organizations that have shown who they are.
  if (status === 403 && says('must be verified'))
    return `${label} wants the organization behind the key to be verified before it may use the model ${model} (HTTP 403).`;
  if (status === 403)
    return provider.key
      ? `${label} does not let the key in ${settings.key} use the model ${model} (HTTP 403).`
      : `${label} wants a key (HTTP 403). Set ${settings.key}.`;
  // Hugging Face's router answers a model nobody serves with 400.
  if (status === 404 || status === 410 || says('model_not_supported', 'model_not_found'))
    return unknownModelOf(provider, status);
  if (status === 413) return `${label} finds the picture too large (HTTP 413).`;
  if (task === 'edit' && says('string_above_max_length'))
    return `${label} finds the prompt too long (HTTP ${status}).`;
  if (task === 'edit' && says('invalid_image', 'image_parse_error', 'unsupported_image'))
    return `${label} cannot read the picture it was sent (HTTP ${status}).`;
  return `${label} refused the request (HTTP ${status}). Check that ${settings.model} names a model that can ${task === 'edit' ? 'edit' : 'read'} pictures.`;
};

/** The sentence where a picture or prompt is against the rules of who should work on it. */
export const contentRefusalOf = ({ task, label }: Pick<Provider, 'task' | 'label'>): string =>
  task === 'edit'
    ? `${label} declined this edit by its content rules. Change the prompt or the picture.`
    : `${label} declined this picture by its content rules.`;

const unknownModelOf = (
  { provider, label, model, settings, suggestedModel }: Provider,
  status: number,
): string => {
  if (provider === 'ollama')
    return `${label} does not have the model ${model} (HTTP ${status}). Run: ollama pull ${model}`;
  const instead =
    suggestedModel && suggestedModel !== model ? ` (for example ${suggestedModel})` : '';
  return `${label} does not know the model ${model} or the address (HTTP ${status}). Check ${settings.baseUrl}, or set ${settings.model} to a model it offers today${instead}.`;
};
