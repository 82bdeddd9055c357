/** A model and how to reach it, as resolved from the settings. */
export type Provider = {
  ok: true;
  task: 'caption' | 'edit';
  /** As `CAPTION_PROVIDER` or `EDIT_PROVIDER` names it. */
  provider: string;
  /** As a sentence names it: "OpenAI". */
  label: string;
  model: string;
  /** The full URL that requests go to. */
  url: string;
  /** A function, so that no log line that prints the whole object can show the key. */
  key: (() => string) | undefined;
  /** For one attempt: connecting, waiting and reading the response together. */
  timeoutMs: number;
  /** A current model, for messages about a model that the provider does not know. */
  suggestedModel: string | undefined;
  /** Names of the settings, for messages about what to change. */
  settings: { key: string; model: string; baseUrl: string };
};

export type CaptionProvider = Provider & { format: 'chat' | 'blip' };

/** `maxSide` (pixels) and `maxBytes` bound a picture that is sent, `maxPictures` their number. */
export type EditLimits = { maxSide: number; maxBytes: number; maxPictures: 1 | 2 };
export type EditProvider = Provider & EditLimits & { format: 'images-edits' | 'image-to-image' };
