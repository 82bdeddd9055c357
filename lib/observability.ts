import { Logger } from '@aws-lambda-powertools/logger';

/** One line per request and per message, as JSON; never bodies, never keys. */
export const logger = new Logger({ serviceName: 'darkroom' });
