import { type QueueName, queueNames } from '#lib/queues.ts';

type DeadLetters = {
  queue: QueueName;
  /** What to do instead of redriving, where the failure is final and was reported to the client. */
  instead?: string;
};

/**
 * Queues whose messages change nothing when they are redriven: a webhook or a status has reported
 * the failure, so the client may have started the work again, and would pay twice.
 */
const insteadOfRedriving: Partial<Record<QueueName, string>> = {
  'fetch-image': 'An image that says failed is fetched again by POST /api/images/{image_id}/retry.',
  'expand-batch':
    'A batch that says failed is started again with its CSV; others go on by themselves.',
  'import-row': "A batch's failed rows (…/results?errors=1) are sent again, as a new batch.",
  'run-edit': 'An edit that says FAILED is started again.',
};

/** Every queue, with what to do about its dead letters once the cause is gone. */
export const deadLetters: readonly DeadLetters[] = queueNames.map((queue) => {
  const instead = insteadOfRedriving[queue];
  return { queue, ...(instead && { instead }) };
});

/** What to do about the dead letters of this queue, as a sentence. */
export const redriveAdvice = (name: string): string => {
  const { instead } = deadLetters.find(({ queue }) => queue === name) ?? {};
  return instead
    ? `${instead} Sent back (npm run redrive), its messages change nothing that has failed, and are gone.`
    : 'Once the cause is gone: npm run redrive.';
};
