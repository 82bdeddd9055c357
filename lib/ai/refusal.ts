import { z } from 'zod';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { ProviderRefusalError, type Refusal } from './messages.ts';
import type { Provider } from './provider.ts';

const contentPolicyCodes = [
  'content_policy_violation',
  'content_filter',
  'ResponsibleAIPolicyViolation',
  'moderation_blocked', // OpenAI's image models
];

/**
 * Why a retry will not help after an HTTP status; undefined where it may (408, 409, 425, 429, 5xx).
 * The body only decides which reason it is: it may quote our key or picture, so it is not repeated.
 */
export const classifyRefusal = (
  { task, provider, key }: Provider,
  status: number,
  body: string,
): Refusal | undefined => {
  const says = (...words: string[]) => words.some((word) => body.includes(word));

  if (status >= 300 && status < 400) return 'redirected';
  // OpenAI sends both with 429 although no waiting helps (OpenAI, "Error codes").
  if (status === 402 || says('insufficient_quota', 'billing_hard_limit_reached'))
    return 'no_credit';
  if (status >= 500 || [408, 409, 425, 429].includes(status)) return undefined;
  // Gemini answers a wrong key with 400.
  if (status === 401 || says('API_KEY_INVALID', 'API key not valid', 'invalid_api_key'))
    return key ? 'wrong_key' : 'key_required';
  if (says(...contentPolicyCodes))
    return task === 'edit' ? 'edit_against_rules' : 'picture_against_rules';
  // OpenAI offers its newest image models only to organizations that have verified who they are.
  if (status === 403 && says('must be verified')) return 'unverified_organization';
  if (status === 403) return key ? 'model_forbidden' : 'key_required';
  // Hugging Face's router answers 400 for a model that no provider serves.
  if (status === 404 || status === 410 || says('model_not_supported', 'model_not_found'))
    return provider === 'ollama' ? 'model_not_pulled' : 'unknown_model';
  if (status === 413) return 'picture_too_large';
  if (task === 'edit' && says('string_above_max_length')) return 'prompt_too_long';
  if (task === 'edit' && says('invalid_image', 'image_parse_error', 'unsupported_image'))
    return 'unreadable_picture';
  return 'rejected';
};

const Code = z.union([z.string(), z.number()]).nullish().catch(null);
const ErrorBody = z.object({ error: z.unknown() });
const ErrorDetails = z.object({ code: Code, type: Code });

/** Names that providers and the proxies before them give to errors which pass by themselves. */
const transient =
  /^(rate_limit|too_many_requests|server_error|internal|service_unavailable|over(load|capacity)|timeout|429$|5\d\d$)/;

/**
 * Throws where a response with status 200 is an error all the same, as proxies and model servers
 * send when something broke behind them: RetryLaterError where the error says that it passes, else
 * ProviderRefusalError.
 */
export const throwErrorInBody = (provider: Provider, json: unknown): void => {
  const { error } = ErrorBody.safeParse(json).data ?? {};
  if (!error) return;
  const details = ErrorDetails.safeParse(error).data;
  const passes = [details?.code, details?.type].some((code) => transient.test(String(code)));
  // Credit and content rules are final, whatever status they come with.
  const refusal = classifyRefusal(provider, passes ? 503 : 400, JSON.stringify(error));
  if (!refusal) throw new RetryLaterError(`${provider.label} is busy or down.`);
  throw new ProviderRefusalError(refusal === 'rejected' ? 'error_in_body' : refusal, provider);
};
