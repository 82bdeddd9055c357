import S3Error from 's3rver/lib/models/error.js';

/** An answer of S3's that is no: s3rver turns it into status and XML. */
export const refusal = (code: string, message: string, detail?: Record<string, string | number>) =>
  new S3Error(code, message, detail);

export const preconditionFailed = () =>
  refusal('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
