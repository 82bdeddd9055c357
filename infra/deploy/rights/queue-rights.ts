import { callOn, combined, type Meaning, on } from './meaning.ts';

/** Nobody but S3 sends to it. */
const byNobody = /^$/;
const byImages = (method: string) => callOn('sqsWorkers', 'workers', method);
const byBatches = (method: string) => callOn('sqsBatchWorkers', 'workers', method);

/** Our queues: what lib/config.ts calls them, and the calls that send to them. */
const queues = {
  arrivals: { key: 'arrivals', asked: byNobody },
  'make-thumbnails': { key: 'thumbnails', asked: byImages('ask') },
  'read-exif': { key: 'exif', asked: byImages('ask') },
  'write-caption': { key: 'caption', asked: byImages('ask') },
  'expand-batch': { key: 'expandBatch', asked: byBatches('expand') },
  'import-row': { key: 'importRow', asked: byBatches('import') },
  'note-outcome': { key: 'noteOutcome', asked: byImages('tellOutcome') },
  'close-batch': { key: 'closeBatch', asked: byBatches('close') },
  'send-webhook': { key: 'sendWebhook', asked: byBatches('sendWebhook') },
  'run-edit': { key: 'runEdit', asked: callOn('sqsEdits', 'workers', 'ask') },
} as const;
type Queue = keyof typeof queues;
const named = new Map<string, { key: string; asked: RegExp }>(Object.entries(queues));
const aboutQueue = (name: string) => {
  const found = named.get(name);
  if (!found) throw new Error(`There is no queue ${name}.`);
  return found;
};

/** `write-caption` is the queue WriteCaptionQueue of the template. */
const idOf = (name: string) => {
  const words = name.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return `${words.join('')}Queue`;
};

const imageWorkers = ['make-thumbnails', 'read-exif', 'write-caption'];
/** Asked whether they are idle: the images' workers one by one, these of batches all together. */
const batchWorkers = ['arrivals', 'expand-batch', 'import-row', 'note-outcome', 'close-batch'];
const looks = (name: string): RegExp[] => [
  new RegExp(`\\bqueueDepth\\(queues\\d*\\.${aboutQueue(name).key}\\)`),
  ...(imageWorkers.includes(name) ? [byImages('isIdle')] : []),
  ...(batchWorkers.includes(name) ? [byBatches('areIdle')] : []),
];

/**
 * To AWS the same as without the star, since `sqs:SendMessage` allows SendMessageBatch as well (Amazon
 * SQS Developer Guide, "Actions, resources, and condition keys"). ministack asks for it by its name.
 */
const sendInBatches = 'sqs:SendMessage*';

const verbs = {
  receive: (name: string): Meaning => ({
    grants: [
      on(
        idOf(name),
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ChangeMessageVisibility',
      ),
    ],
    neededFor: new RegExp(`\\bqueueUrl: config\\d*\\.queues\\.${aboutQueue(name).key}\\b`),
  }),
  send: (name: string): Meaning => ({
    grants: [on(idOf(name), name === 'import-row' ? sendInBatches : 'sqs:SendMessage')],
    neededFor: aboutQueue(name).asked,
    perhaps: imageWorkers.includes(name), // which steps are asked for is decided at run time
  }),
  watch: (name: string): Meaning => ({
    grants: [on(idOf(name), 'sqs:GetQueueAttributes')],
    neededFor: new RegExp(
      looks(name)
        .map(({ source }) => source)
        .join('|'),
    ),
  }),
};

const deadVerbs = {
  watch: (dead: string): Meaning => {
    const name = dead.replace(/-dead$/, '');
    return {
      grants: [on(idOf(dead), 'sqs:GetQueueAttributes')],
      neededFor: new RegExp(`\\bqueueDepth\\(deadLetterQueues\\d*(\\.|\\[")${name}("\\])?\\)`),
    };
  },
};

export type QueueRight = `${keyof typeof verbs} ${Queue}` | `watch ${Queue}-dead`;
export const queueRights = [
  ...combined(verbs, Object.keys(queues)),
  ...combined(
    deadVerbs,
    Object.keys(queues).map((name) => `${name}-dead`),
  ),
];
