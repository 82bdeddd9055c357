import { project } from '#infra/deploy/serverless.ts';
import { loopbackUrl } from './environments.ts';
import { environmentWith, readLocalSettings } from './local-settings.ts';

/**
 * How a command reaches the stores of a stage: the options of an SDK client. Stage dev is on this
 * machine: the file of settings counts, and the embedded stack is meant where no other endpoint is
 * named. Any other stage the SDK finds by the environment alone, as it was deployed: the
 * credentials in the file are those of emulators.
 */
export const resolveEndpoint = (stage: string, file: string) => {
  if (stage !== 'dev') return () => ({});
  const environment = environmentWith(file, project);
  // The SDK looks for AWS_* itself, and knows no file.
  for (const [name, value] of Object.entries(environment)) if (value) process.env[name] = value;

  return (service: 'S3' | 'SQS' | 'DYNAMODB') => {
    if (environment[`AWS_ENDPOINT_URL_${service}`] || environment['AWS_ENDPOINT_URL']) return {};
    const settings = readLocalSettings(environment);
    return {
      endpoint: loopbackUrl(settings[`${service}_PORT`]),
      region: settings.AWS_REGION,
      credentials: {
        accessKeyId: settings.AWS_ACCESS_KEY_ID,
        secretAccessKey: settings.AWS_SECRET_ACCESS_KEY,
      },
    };
  };
};
