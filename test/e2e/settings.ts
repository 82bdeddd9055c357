/** Ports of the servers that a Darkroom under test calls, chosen before it is started or deployed. */
export type ServerPorts = { captions: number; edits: number; origin: number; receiver: number };

export const apiKey = 'the-key-of-the-e2e-suite';
export const captionKey = 'a-caption-key-that-no-log-may-show';
export const editKey = 'an-edit-key-that-no-log-may-show';
export const webhookSecret = `whsec_${Buffer.alloc(24, 'secret').toString('base64')}`;

export const fetchTimeoutSeconds = 3;
export const uploadMaxBytes = 8_000_000;

/** The settings of the one Darkroom that all e2e files share, wherever it runs. */
export const settingsFor = ({ captions, edits, origin, receiver }: ServerPorts) => ({
  API_KEY: apiKey,
  CAPTION_PROVIDER: 'openai-compatible',
  CAPTION_BASE_URL: `http://127.0.0.1:${captions}`,
  CAPTION_MODEL: 'a-model',
  // As short as may be for the one that is silent, and longer than a busy machine stands still:
  // a late response is requested again, and calls are counted.
  CAPTION_TIMEOUT_SECONDS: '4',
  EDIT_PROVIDER: 'openai',
  EDIT_BASE_URL: `http://127.0.0.1:${edits}`,
  EDIT_TIMEOUT_SECONDS: '5',
  FETCH_ALLOW_HOSTS: `127.0.0.1:${origin},127.0.0.1:${receiver}`,
  FETCH_TIMEOUT_SECONDS: String(fetchTimeoutSeconds),
  UPLOAD_MAX_BYTES: String(uploadMaxBytes),
  WEBHOOK_SCHEDULE: '1s,1s,1s,1s',
});

/** Set as they are, or stored where `…_PARAMETER` says. */
export const secrets = {
  CAPTION_API_KEY: captionKey,
  EDIT_API_KEY: editKey,
  WEBHOOK_SECRET: webhookSecret,
};
