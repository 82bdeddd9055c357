type DeadLetters = {
  /** The queue in front of the worker that gave them up. */
  queue: string;
  /** Where that was the end of their work, which somebody was told: what to do instead of sending them back. */
  instead?: string;
};

/**
 * What people do about dead letters, once the cause is gone. Sent back, a message does what is still
 * open of its work. Nothing is where giving up has ended it: whoever was told so, by a webhook or a
 * status, may have started another, and would pay twice.
 */
export const deadLetters: readonly DeadLetters[] = [
  { queue: 'object-created' },
  { queue: 'make-thumbnails' },
  { queue: 'read-exif' },
  { queue: 'write-caption' },
  {
    queue: 'expand-batch',
    instead: 'A batch that says failed is started again with its CSV; others go on by themselves.',
  },
  {
    queue: 'import-row',
    instead: "A batch's failed rows (…/results?errors=1) are sent again, as a new batch.",
  },
  { queue: 'record-outcome' },
  { queue: 'close-batch' },
  { queue: 'send-webhook' },
  { queue: 'run-edit', instead: 'An edit that says FAILED is started again.' },
];

/** What to do about the dead letters of this queue. */
export const redriveAdvice = (name: string): string => {
  const { instead } = deadLetters.find(({ queue }) => queue === name) ?? {};
  return instead
    ? `${instead} Sent back (npm run redrive), its messages change nothing that has failed, and are gone.`
    : 'Once the cause is gone: npm run redrive.';
};
