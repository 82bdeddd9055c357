import { type Failure, failure } from '#lib/failure.ts';
import type { Provider } from './provider.ts';

/** Why no provider can be used, by kind. `{TASK}` is CAPTION or EDIT, as the settings begin. */
const setupProblems = {
  captions_disabled: 'Captions are switched off (CAPTION_PROVIDER=none).',
  edits_disabled:
    'Edits are switched off (EDIT_PROVIDER=none). To switch them on, set EDIT_PROVIDER=auto and OPENAI_API_KEY or HF_TOKEN.',
  no_caption_provider:
    'No caption provider is set up. Set HF_TOKEN, GEMINI_API_KEY or OPENAI_API_KEY, or CAPTION_BASE_URL with CAPTION_MODEL.',
  no_edit_provider:
    'No edit provider is set up. Set OPENAI_API_KEY or HF_TOKEN, or EDIT_BASE_URL for a server of your own.',
  invalid_base_url:
    '{TASK}_BASE_URL must be an address that begins with http:// or https:// and holds no user or password.',
  no_base_url: '{TASK}_PROVIDER={service} needs an address. Set {TASK}_BASE_URL.',
  no_model: '{TASK}_BASE_URL is set, but no model. Set {TASK}_MODEL.',
  retired_model: 'The model {model} {because} set {TASK}_MODEL={suggestedModel}.',
  unsupported_router_provider:
    'EDIT_MODEL names the provider {routed}, whose answers are not understood here. Let it end in {supported}.',
  no_key: '{TASK}_PROVIDER={service} needs a key. Set {setting}.',
  malformed_key:
    '{setting} holds a character that no key has (a space, a line break?). Set it again.',
} as const;
export type SetupProblem = keyof typeof setupProblems;

/** Why a provider's answer is final, by kind. `{baseUrl}`, `{modelSetting}` and `{key}` are names of settings. */
const refusals = {
  redirected: '{label} sent us to another address (HTTP {status}). Set {baseUrl} to the final one.',
  no_credit: '{label} says that the account behind the key has no credit left (HTTP {status}).',
  wrong_key: '{label} does not accept the key in {key} (HTTP {status}).',
  key_required: '{label} wants a key (HTTP {status}). Set {key}.',
  content_policy: '{label} declined this {subject} by its content rules.{advice}',
  unverified_organization:
    '{label} wants the organization behind the key to be verified before it may use the model {model} (HTTP {status}).',
  model_forbidden: '{label} does not let the key in {key} use the model {model} (HTTP {status}).',
  model_not_pulled:
    '{label} does not have the model {model} (HTTP {status}). Run: ollama pull {model}',
  unknown_model:
    '{label} does not know the model {model} or the address (HTTP {status}). Check {baseUrl}, or set {modelSetting} to a model it offers today{example}.',
  model_not_offered:
    '{label} does not offer the model {model} for editing pictures. Set {modelSetting} to one that it does{example}.',
  picture_too_large: '{label} finds the picture too large (HTTP {status}).',
  prompt_too_long: '{label} finds the prompt too long (HTTP {status}).',
  unreadable_picture: '{label} cannot read the picture it was sent (HTTP {status}).',
  rejected:
    '{label} refused the request (HTTP {status}). Check that {modelSetting} names a model that can {verb} pictures.',
  error_in_body: '{label} answered with an error instead of a {result}.',
  empty: '{label} gave an empty answer.',
  web_page: '{label} answered with a web page. Check that {baseUrl} is the address of its API.',
  malformed:
    '{label} gave an answer that cannot be read. Check that {baseUrl} is the address of its API.',
  malformed_progress: '{label} gave an answer that cannot be read.',
  caption_too_long: '{label} answered with more than 64 KB, which is no caption. Check {baseUrl}.',
  result_too_large:
    '{label} answered with more than 50 MB, which is more than is taken for a picture.',
  no_caption: '{label} gave an answer that holds no caption. Check {baseUrl} and {modelSetting}.',
  not_image_to_text:
    '{label} gave an answer that holds no caption. Check that {baseUrl} is an image-to-text endpoint.',
  declined: '{label} declined to describe this picture.',
  only_reasoning:
    '{label} thought for 2000 tokens without coming to a caption. Set {modelSetting} to a model that does not reason.',
  echo: '{label} sent our picture back instead of describing it.',
  no_sentence: '{label} answered with something that is no sentence.',
  picture_not_seen: '{label} did not see the picture; its model probably reads text only.',
  no_picture: '{label} gave an answer that holds no picture. Check {baseUrl} and {modelSetting}.',
  maybe_declined:
    '{label} gave an answer that holds no picture; it may have declined this edit. Check {baseUrl} and {modelSetting}.',
  not_a_picture: '{label} answered with something that is no picture.',
  not_a_picture_file: '{label} answered with something that is no picture. Check {baseUrl}.',
  url_in_base64_field:
    '{label} answered with an address instead of the picture, which is not followed. Set {modelSetting} to a model that answers with b64_json.',
  foreign_url:
    '{label} answered with the address of a picture at a host that is not followed. Use a model that answers with the picture itself.',
  one_picture_only:
    '{label} takes one picture only. Leave the target out, or set EDIT_PROVIDER=openai with OPENAI_API_KEY: OpenAI takes several.',
} as const;
export type Refusal = keyof typeof refusals;

type Values = Record<string, string | number | undefined>;

const fill = (template: string, values: Values): string =>
  template.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));

export const setupFailure = (kind: SetupProblem, values: Values = {}): Failure<SetupProblem> =>
  failure(kind, fill(setupProblems[kind], values));

/** The provider refused and would refuse again. The message is a sentence for people. */
export class ProviderRefusalError extends Error {
  override readonly name = 'ProviderRefusalError';
  readonly kind: Refusal;

  /** Without a `status` the sentence names none. */
  constructor(
    kind: Refusal,
    { label, model, suggestedModel, task, settings }: Provider,
    status?: number,
  ) {
    const template = status ? refusals[kind] : refusals[kind].replace(' (HTTP {status})', '');
    const byTask =
      task === 'edit'
        ? {
            subject: 'edit',
            advice: ' Change the prompt or the picture.',
            verb: 'edit',
            result: 'picture',
          }
        : { subject: 'picture', verb: 'read', result: 'caption' };
    const isAnother = suggestedModel && suggestedModel !== model;
    const example = isAnother ? ` (for example ${suggestedModel})` : '';
    const { baseUrl, model: modelSetting, key } = settings;
    super(fill(template, { ...byTask, label, model, status, example, baseUrl, modelSetting, key }));
    this.kind = kind;
  }
}
