import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Transaction } from './database.ts';
import {
  checkQueueAttributes,
  fifoRefusal,
  mergeAttributes,
  type QueueAttributes,
  type RedrivePolicy,
  readRedrivePolicy,
  withDefaults,
} from './queue-attributes.ts';
import { SqsError } from './sqs-error.ts';

export type Queue = {
  id: number;
  name: string;
  arn: string;
  /** As set; what was never set has its default in `settings` only. */
  attributes: QueueAttributes;
  tags: Record<string, string>;
  createdAt: number;
  modifiedAt: number;
  settings: Settings;
};

type Settings = {
  delaySeconds: number;
  maxMessageBytes: number;
  retentionMs: number;
  waitSeconds: number;
  visibilitySeconds: number;
  redrivePolicy: RedrivePolicy | undefined;
};

const Texts = z.record(z.string(), z.string());
const Row = z.object({
  id: z.number(),
  name: z.string(),
  attributes: z.string().transform((json) => Texts.parse(JSON.parse(json))),
  tags: z.string().transform((json) => Texts.parse(JSON.parse(json))),
  created_at: z.number(),
  modified_at: z.number(),
});

const readSettings = (attributes: QueueAttributes): Settings => {
  const all = withDefaults(attributes);
  return {
    delaySeconds: Number(all.DelaySeconds),
    maxMessageBytes: Number(all.MaximumMessageSize),
    retentionMs: Number(all.MessageRetentionPeriod) * 1000,
    waitSeconds: Number(all.ReceiveMessageWaitTimeSeconds),
    visibilitySeconds: Number(all.VisibilityTimeout),
    redrivePolicy: readRedrivePolicy(attributes),
  };
};

const namePattern = /^[\w-]{1,80}$/;
const missing = () => new SqsError('QueueDoesNotExist', 'The specified queue does not exist.');

export type Queues = ReturnType<typeof openQueues>;

/** The queues of one account in one region. A queue is stored before it is changed in memory. */
export const openQueues = (
  database: DatabaseSync,
  transaction: Transaction,
  { region, accountId, now }: { region: string; accountId: string; now: () => number },
) => {
  const byName = new Map<string, Queue>();
  const arnPrefix = `arn:aws:sqs:${region}:${accountId}:`;

  const insert = database.prepare(
    `INSERT INTO queues (name, attributes, tags, created_at, modified_at)
     VALUES (?, ?, ?, ?, ?) RETURNING *`,
  );
  const updateAttributes = database.prepare(
    'UPDATE queues SET attributes = ?, modified_at = ? WHERE id = ? RETURNING *',
  );
  const updateTags = database.prepare('UPDATE queues SET tags = ? WHERE id = ? RETURNING *');
  const removeQueue = database.prepare('DELETE FROM queues WHERE id = ?');
  const removeMessages = database.prepare('DELETE FROM messages WHERE queue_id = ?');

  const remember = (stored: unknown): Queue => {
    const { id, name, attributes, tags, created_at, modified_at } = Row.parse(stored);
    const queue = {
      ...{ id, name, arn: arnPrefix + name, attributes, tags },
      ...{ createdAt: created_at, modifiedAt: modified_at, settings: readSettings(attributes) },
    };
    byName.set(name, queue);
    return queue;
  };
  for (const row of database.prepare('SELECT * FROM queues').all()) remember(row);

  const findByArn = (arn: string): Queue | undefined =>
    arn.startsWith(arnPrefix) ? byName.get(arn.slice(arnPrefix.length)) : undefined;

  const checkRedriveTarget = ({ RedrivePolicy: json }: QueueAttributes): void => {
    const policy = json && readRedrivePolicy({ RedrivePolicy: json });
    if (!policy || findByArn(policy.deadLetterTargetArn)) return;
    throw new SqsError(
      'InvalidParameterValue',
      `Value ${json} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
    );
  };

  return {
    findByArn,
    find: (name: string): Queue | undefined => byName.get(name),
    all: (): Queue[] => [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1)),

    /** The queue of this name. Throws QueueDoesNotExist. */
    get(name: string): Queue {
      const queue = byName.get(name);
      if (!queue) throw missing();
      return queue;
    },

    /** The queue of this ARN. Throws ResourceNotFoundException. */
    getByArn(arn: string): Queue {
      const queue = findByArn(arn);
      if (queue) return queue;
      throw new SqsError(
        'ResourceNotFoundException',
        "The resource that you specified for the SourceArn or DestinationArn parameter doesn't exist.",
      );
    },

    /** Answers the queue that is there if it has these attributes. Throws QueueNameExists if not. */
    create(name: string, given: QueueAttributes, tags: Record<string, string>): Queue {
      if (name.endsWith('.fifo')) throw fifoRefusal;
      if (!namePattern.test(name))
        throw new SqsError(
          'InvalidParameterValue',
          'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
        );
      checkQueueAttributes(given);
      const existing = byName.get(name);
      if (existing) {
        const current: QueueAttributes = withDefaults(existing.attributes);
        const different = Object.keys(given).find((key) => given[key] !== (current[key] ?? ''));
        if (!different) return existing;
        throw new SqsError(
          'QueueNameExists',
          `A queue already exists with the same name and a different value for attribute ${different}`,
        );
      }
      checkRedriveTarget(given);
      const attributes = mergeAttributes({}, given);
      const seconds = Math.floor(now() / 1000);
      return remember(
        insert.get(name, JSON.stringify(attributes), JSON.stringify(tags), seconds, seconds),
      );
    },

    setAttributes(queue: Queue, changes: QueueAttributes): Queue {
      checkQueueAttributes(changes);
      checkRedriveTarget(changes);
      const attributes = JSON.stringify(mergeAttributes(queue.attributes, changes));
      return remember(updateAttributes.get(attributes, Math.floor(now() / 1000), queue.id));
    },

    setTags: (queue: Queue, tags: Record<string, string>): Queue =>
      remember(updateTags.get(JSON.stringify(tags), queue.id)),

    /** With all of its messages. */
    remove(queue: Queue): void {
      transaction(() => {
        removeMessages.run(queue.id);
        removeQueue.run(queue.id);
      });
      byName.delete(queue.name);
    },

    /** Where messages go that this queue has given too often, if it says so and that queue is there. */
    findDeadLetters(queue: Queue): Queue | undefined {
      const { redrivePolicy } = queue.settings;
      const target = redrivePolicy && findByArn(redrivePolicy.deadLetterTargetArn);
      return target?.id === queue.id ? undefined : target;
    },

    /** The queues whose dead letters this one takes. */
    listSources: (target: Queue): Queue[] =>
      [...byName.values()].filter(
        ({ settings }) => settings.redrivePolicy?.deadLetterTargetArn === target.arn,
      ),
  };
};
