import { z } from 'zod';
import type { LogLine } from '#infra/local-cloud/launcher/log-line.ts';

const Delivery = z.object({ message_id: z.string(), attempts: z.int() });

/** Every delivery of a message ends with one of these lines, unless its worker was killed. */
const ends = new Set(['message handled', 'message retried', 'message given up']);

/**
 * Finds deliveries that never ended: SQS delivers a message again and the attempt before left no line.
 * `learn` is to be called with every line first, in any order.
 */
export const killedAttempts = () => {
  const ended = new Set<string>();
  return {
    learn: (line: LogLine): void => {
      const { data } = Delivery.safeParse(line);
      if (data && ends.has(line.message)) ended.add(`${data.message_id} ${data.attempts}`);
    },
    /** The line, with a word about the attempt before it where that was killed. */
    annotate: (line: LogLine): LogLine => {
      const { data } = Delivery.safeParse(line);
      if (!data || line.message !== 'message received again') return line;
      if (ended.has(`${data.message_id} ${data.attempts - 1}`)) return line;
      return { ...line, attempt_before: 'was killed or ran into its timeout' };
    },
  };
};
