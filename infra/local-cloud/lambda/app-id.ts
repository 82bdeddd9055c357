// How a call to S3, SQS or DynamoDB says whose it is: the SDK writes `app/…` into its user agent.
export const appIdVariable = 'AWS_SDK_UA_APP_ID';
/** A forked worker, by its function's name: short, as Powertools adds to it and 50 are allowed. */
export const forkedAppId = (functionName: string, pid: number): string =>
  `${functionName.replace(/^[a-z]+-[a-z0-9]+-/, '')}.${pid}`;
