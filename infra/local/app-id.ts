// How a call to S3, SQS or DynamoDB says whose it is: the SDK writes `app/…` into its user agent.
export const appIdVariable = 'AWS_SDK_UA_APP_ID';
/** The process of the functions that answer HTTP, or a schedule. */
export const hostAppId = 'darkroom-host';
/** The embedded S3, when it sends an event. */
export const storageAppId = 'darkroom-s3';
/** A forked worker, by its function's name: short, as Powertools adds to it and 50 are allowed. */
export const forkedAppId = (functionName: string, pid: number): string =>
  `${functionName.replace(/^[a-z]+-[a-z0-9]+-/, '')}.${pid}`;
