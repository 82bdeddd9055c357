// How calls to S3, SQS and DynamoDB say whose they are: the SDK writes `app/…` into its user agent.
export const appIdVariable = 'AWS_SDK_UA_APP_ID';
/** The process of the functions that answer HTTP, or a clock. */
export const hostAppId = 'darkroom-host';
/** The embedded S3, when it tells its news. */
export const storageAppId = 'darkroom-s3';
/** A forked worker, by its function's name: short, as Powertools adds to it and 50 are allowed. */
export const parseAppId = (functionName: string, pid: number): string =>
  `${functionName.replace(/^[a-z]+-[a-z0-9]+-/, '')}.${pid}`;
