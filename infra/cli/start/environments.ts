import type { Environment, LocalSettings } from './local-settings.ts';

export const loopbackUrl = (port: number): string => `http://127.0.0.1:${port}`;

/** The environment in which an SDK client finds the emulators. */
export const clientEnvironment = (settings: LocalSettings): Environment => ({
  AWS_ACCESS_KEY_ID: settings.AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY: settings.AWS_SECRET_ACCESS_KEY,
  AWS_REGION: settings.AWS_REGION,
  AWS_ENDPOINT_URL_S3: loopbackUrl(settings.S3_PORT),
  AWS_ENDPOINT_URL_SQS: loopbackUrl(settings.SQS_PORT),
  AWS_ENDPOINT_URL_DYNAMODB: loopbackUrl(settings.DYNAMODB_PORT),
});

/** What the host and its functions see: the user's environment, the emulators, no trace of AWS. */
export const hostEnvironment = (settings: LocalSettings, environment: Environment): Environment => {
  const foreign = ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN', 'AWS_ENDPOINT_URL'];
  const own = Object.entries(environment).filter(([name]) => !foreign.includes(name));
  return {
    ...Object.fromEntries(own),
    ...clientEnvironment(settings),
    AWS_DEFAULT_REGION: settings.AWS_REGION,
    MALLOC_ARENA_MAX: '2', // read when a process begins: too late for the functions' own
    // As a deployed stage, which has keys; where none is required, links need no signature either.
    DELIVERY_ACCESS: environment['DELIVERY_ACCESS'] || (settings.API_KEY ? 'signed' : 'public'),
    SWEEP_MINUTES: String(settings.SWEEP_MINUTES),
    PIPELINE_CONCURRENCY: String(settings.PIPELINE_CONCURRENCY),
  };
};
