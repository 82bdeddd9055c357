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

/** No provider can be used; the reason says which setting to change. */
export type SetupFailure = Failure<SetupProblem>;
export type SetupProblem = keyof typeof setupProblems;

/** Why a provider's answer is final, by kind: what follows its name. `{key}` is a setting's name. */
const refusals = {
  redirected: 'redirected the request{http}. Set {baseUrl} to the final one.',
  no_credit: 'says that the account behind the key has no credit left{http}.',
  wrong_key: 'does not accept the key in {key}{http}.',
  key_required: 'wants a key{http}. Set {key}.',
  picture_against_rules: 'declined this picture by its content rules.',
  edit_against_rules: 'declined this edit by its content rules. Change the prompt or the picture.',
  unverified_organization:
    'wants the organization behind the key to be verified before it may use the model {model}{http}.',
  model_forbidden: 'does not let the key in {key} use the model {model}{http}.',
  model_not_pulled: 'does not have the model {model}{http}. Run: ollama pull {model}',
  unknown_model:
    'does not know the model {model} or the address{http}. Check {baseUrl}, or set {modelSetting} to a model it offers today{example}.',
  model_not_offered:
    'does not offer the model {model} for editing pictures. Set {modelSetting} to one that it does{example}.',
  picture_too_large: 'finds the picture too large{http}.',
  prompt_too_long: 'finds the prompt too long{http}.',
  unreadable_picture: 'cannot read the picture it was sent{http}.',
  rejected:
    'refused the request{http}. Check that {modelSetting} names a model that can {verb} pictures.',
  error_in_body: 'answered with an error instead of a {result}.',
  empty: 'gave an empty answer.',
  web_page: 'answered with a web page. Check that {baseUrl} is the address of its API.',
  malformed: 'gave an answer that cannot be read. Check that {baseUrl} is the address of its API.',
  caption_too_long: 'answered with more than 64 KB, which is no caption. Check {baseUrl}.',
  result_too_large: 'answered with more than 50 MB, the maximum for a picture.',
  no_caption: 'gave an answer that holds no caption. Check {baseUrl} and {modelSetting}.',
  not_image_to_text:
    'gave an answer that holds no caption. Check that {baseUrl} is an image-to-text endpoint.',
  declined: 'declined to describe this picture.',
  only_reasoning:
    'thought for 2000 tokens without coming to a caption. Set {modelSetting} to a model that does not reason.',
  echo: 'sent our picture back instead of describing it.',
  no_sentence: 'answered with something that is no sentence.',
  picture_not_seen: 'did not see the picture; its model probably reads text only.',
  no_picture: 'gave an answer that holds no picture. Check {baseUrl} and {modelSetting}.',
  maybe_declined:
    'gave an answer that holds no picture; it may have declined this edit. Check {baseUrl} and {modelSetting}.',
  not_a_picture: 'answered with something that is no picture.',
  not_a_picture_file: 'answered with something that is no picture. Check {baseUrl}.',
  url_instead_of_picture:
    'answered with an address instead of the picture, which is not followed. Set {modelSetting} to a model that answers with b64_json.',
  foreign_url:
    'answered with the address of a picture at a host that is not followed. Use a model that answers with the picture itself.',
  one_picture_only:
    'takes one picture only. Leave the target out, or set EDIT_PROVIDER=openai with OPENAI_API_KEY: OpenAI takes several.',
} as const;
export type Refusal = keyof typeof refusals;

/** Refusals because of the picture or the prompt. All others are for the operator to mend. */
export const pictureRefusals: ReadonlySet<string> = new Set<Refusal>([
  'picture_against_rules',
  'edit_against_rules',
  'picture_too_large',
  'prompt_too_long',
  'unreadable_picture',
  'declined',
  'maybe_declined',
]);

type Values = Record<string, string | number | undefined>;

const fill = (template: string, values: Values): string =>
  template.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));

export const setupFailure = (kind: SetupProblem, values: Values = {}): SetupFailure =>
  failure(kind, fill(setupProblems[kind], values));

/** The provider refused and would refuse again. The message is a sentence for people. */
export class ProviderRefusalError extends Error {
  override readonly name = 'ProviderRefusalError';
  readonly kind: Refusal;

  /** Without a `status` the sentence names none. */
  constructor(kind: Refusal, provider: Provider, status?: number) {
    const { label, model, suggestedModel, settings, task } = provider;
    const isAnother = suggestedModel && suggestedModel !== model;
    const values = {
      model,
      key: settings.key,
      baseUrl: settings.baseUrl,
      modelSetting: settings.model,
      http: status && ` (HTTP ${status})`,
      example: isAnother ? ` (for example ${suggestedModel})` : '',
      verb: task === 'edit' ? 'edit' : 'read',
      result: task === 'edit' ? 'picture' : 'caption',
    };
    super(`${label} ${fill(refusals[kind], values)}`);
    this.kind = kind;
  }
}
