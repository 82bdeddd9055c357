import { expect, it } from 'vitest';
import { fetchLog } from '#lib/queue/fetch-log.ts';

const message = { image_id: 'an-image', run: 1, request_id: 'a-request' };

it('the log line of a fetch warns with reason and code where there is no picture at the URL', () => {
  const rejected = {
    kind: 'contents',
    reason: 'a.example answered 404.',
    code: 'not_fetched',
  } as const;

  expect(fetchLog.outcome?.({ state: 'failed', rejected }, message)).toEqual({
    fields: { state: 'failed', reason: 'a.example answered 404.', error_code: 'not_fetched' },
    level: 'warn',
  });
  expect(fetchLog.outcome?.({ state: 'done' }, message)).toEqual({ fields: { state: 'done' } });
});
