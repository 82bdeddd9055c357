import { describe, expect, it } from 'vitest';
import { eventWebhookLog } from '#lib/queue/webhook-log.ts';
import { anEvent, webhooksHarness } from '#test/support/webhooks-harness.ts';

/** What deliver-event logs of each message about one event, with a receiver that answers so. */
const loggedLines = async (status: number, { times = 1 } = {}) => {
  const harness = webhooksHarness();
  harness.receiver.answer = () =>
    status < 300
      ? { ok: true, status }
      : {
          ok: false,
          status,
          error: `It answered ${status}.`,
          ...(status === 410 && { gone: true }),
        };
  await harness.create();
  await harness.notify(anEvent('evt_1'));
  const { message } = harness.next();
  const lines = [];
  for (let n = 0; n < times; n++)
    lines.push(eventWebhookLog.outcome?.(await harness.work(message), message));
  return lines;
};
const ids = { webhook_id: 'webhook-1', event_id: 'evt_1', type: 'image.done' };

describe('the log line of a delivery', () => {
  it('says that it was delivered, and afterwards that its message was stale', async () => {
    expect(await loggedLines(204, { times: 2 })).toEqual([
      { fields: { ...ids, state: 'delivered', receiver_status: 204 } },
      { fields: { ...ids, state: 'stale' } },
    ]);
  });

  it('is a warning with the reason where it will be repeated, and where the receiver is gone', async () => {
    expect(await loggedLines(503)).toEqual([
      {
        level: 'warn',
        fields: { ...ids, state: 'pending', receiver_status: 503, reason: 'It answered 503.' },
      },
    ]);
    expect(await loggedLines(410)).toMatchObject([{ level: 'warn', fields: { state: 'stopped' } }]);
  });
});
