/** The process of the functions that answer HTTP, or a schedule. */
export const hostAppId = 'darkroom-host';
/** The embedded S3, when it sends an event. */
export const storageAppId = 'darkroom-s3';
