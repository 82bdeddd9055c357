import { loopbackUrl } from './environments.ts';
import { LocalSettings } from './local-settings.ts';

const settingsText = Object.entries(LocalSettings.shape)
  .map(([name, { description }]) => `  ${name.padEnd(26)}${description ?? ''}`)
  .join('\n');

export const helpText = `npm start [-- options]

Starts Darkroom on this machine: API, docs, workers, and S3, SQS and DynamoDB as emulators.
Everything listens on 127.0.0.1 only, but for the API where HOST says so. Ctrl-C stops it; the data stays for the next start.

  --fresh             forgets the data of earlier starts first
  --dev               exchanges functions and gallery when their files change (npm run dev)
  --quiet             shows warnings and errors only, instead of one line per request and message
  --settings <file>   reads settings from this file instead of .env
  --help              this text

Settings, from the environment or from .env; the environment wins:

${settingsText}

The functions have settings of their own: see the table in README.md.
All that happens is also written to DATA_DIR/logs as JSON. npm run logs -- --help reads it.`;

export const welcomeText = (
  settings: LocalSettings,
  { features, data }: { features: readonly string[]; data: string },
): string => {
  const url = loopbackUrl(settings.PORT);
  const key = settings.API_KEY ? ' -H "X-API-Key: $API_KEY"' : '';
  // The default key is not secret; a custom key is not printed.
  const secret = settings.AWS_SECRET_ACCESS_KEY === 'darkroom-secret' ? 'darkroom-secret' : '…';
  return `
  Darkroom is ready.

  Open     ${url}/            the gallery: drop pictures on it
           ${url}/docs        the API, to try out
           ${url}/api/health  what works and what does not

  Upload   curl${key} -F file=@photo.jpg ${url}/api/images
  Look     curl${key} ${url}/api/images
  Drop     AWS_ACCESS_KEY_ID=${settings.AWS_ACCESS_KEY_ID} AWS_SECRET_ACCESS_KEY=${secret} AWS_REGION=${settings.AWS_REGION} \\
           aws --endpoint-url ${loopbackUrl(settings.S3_PORT)} s3 cp photo.jpg s3://darkroom-dev-originals/

  S3 ${loopbackUrl(settings.S3_PORT)}   SQS ${loopbackUrl(settings.SQS_PORT)}   DynamoDB ${loopbackUrl(settings.DYNAMODB_PORT)}
  ${features.join('\n  ')}
  Data     ${data}
  Logs     npm run logs -- --image <image_id>      Stop: Ctrl-C
`;
};

/** A complaint when the API does not answer, or says that something is wrong; else undefined. */
export const findHealthProblem = async (url: string): Promise<string | undefined> => {
  try {
    const response = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    return response.status >= 500
      ? `GET /api/health answers ${response.status}: ${text}`
      : undefined;
  } catch (error) {
    return `GET /api/health does not answer: ${error instanceof Error ? error.message : error}`;
  }
};
