import type { FetchEnded } from '#lib/images/fetch-image.ts';
import type { FetchMessage } from '#lib/images/messages.ts';
import { refusalCode } from '#lib/images/picture.ts';
import type { LogOptions } from './consumer.ts';

/** What fetch-image logs beside the message: a warning where the URL or its picture is at fault. */
export const fetchLog: LogOptions<FetchMessage, FetchEnded> = {
  labels: { step: 'fetch' },
  outcome: (ended) =>
    ended.state === 'failed'
      ? {
          fields: {
            state: ended.state,
            reason: ended.rejected.reason,
            error_code: refusalCode(ended.rejected),
          },
          level: 'warn',
        }
      : { fields: { state: ended.state } },
};
