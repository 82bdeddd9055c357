/** A model somewhere: where it is asked, by which name, and what to tell people when it fails. */
export type Provider = {
  /** What it is asked to do; sentences depend on it. */
  task: 'describe' | 'edit';
  /** As `CAPTION_PROVIDER` or `EDIT_PROVIDER` names it. */
  provider: string;
  /** As a sentence names it: "OpenAI". */
  label: string;
  model: string;
  /** The full address that is asked. */
  url: string;
  /** A function, so that no log line that takes the whole object along can ever show the key. */
  key: (() => string) | undefined;
  /** For asking and reading the answer together, silence included. */
  timeoutMs: number;
  /** A model of today's, for people whose model is unknown to the provider. */
  suggestedModel: string | undefined;
  /** What a person changes to mend it. */
  settings: { key: string; model: string; baseUrl: string };
};

/** The provider said no and would say no again. The message is a sentence for people. */
export class ProviderRefusal extends Error {
  override readonly name = 'ProviderRefusal';
}
