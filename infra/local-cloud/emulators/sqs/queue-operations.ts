import { z } from 'zod';
import { type Operation, operation, type RequestContext, wholeNumber } from './operation.ts';
import { withDefaults } from './queue-attributes.ts';
import type { QueueService } from './queue-service.ts';
import type { Queue } from './queues.ts';
import { SqsError } from './sqs-error.ts';

const Texts = z.record(z.string(), z.string());
const maxListed = 1000;

/** A queue by its URL; only the name in it counts, so that it may pass through a proxy. */
export const queueNameIn = (queueUrl: string): string => {
  const name = queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
  if (name) return name;
  throw new SqsError(
    'InvalidAddress',
    `The address ${queueUrl.slice(0, 200)} is not valid for this endpoint.`,
  );
};

/** The operations on queues themselves. Amazon SQS API Reference, "Actions". */
export const queueOperations = (
  service: QueueService,
  { accountId }: { accountId: string },
): Record<string, Operation> => {
  const { queues, moveTasks } = service;
  const QueueUrl = z.string().transform((url) => queues.get(queueNameIn(url)));
  const urlOf = ({ name }: Queue, { baseUrl }: RequestContext) => `${baseUrl}/${accountId}/${name}`;

  const readAttributes = (queue: Queue, names: readonly string[]): Record<string, string> => {
    const isWanted = (name: string) => names.includes('All') || names.includes(name);
    const all: Record<string, string> = {
      ...withDefaults(queue.attributes),
      QueueArn: queue.arn,
      CreatedTimestamp: String(queue.createdAt),
      LastModifiedTimestamp: String(queue.modifiedAt),
    };
    if (names.some((name) => name === 'All' || name.startsWith('ApproximateNumber'))) {
      const { visible, inFlight, delayed } = service.count(queue);
      all['ApproximateNumberOfMessages'] = String(visible);
      all['ApproximateNumberOfMessagesNotVisible'] = String(inFlight);
      all['ApproximateNumberOfMessagesDelayed'] = String(delayed);
    }
    return Object.fromEntries(Object.entries(all).filter(([name]) => isWanted(name)));
  };

  /** Up to `MaxResults` URLs, and where the next page begins; the token is the last name listed. */
  const listPage = (
    found: readonly Queue[],
    {
      MaxResults,
      NextToken = '',
    }: { MaxResults?: number | undefined; NextToken?: string | undefined },
    context: RequestContext,
  ) => {
    const after = Buffer.from(NextToken, 'base64url').toString();
    const rest = found.filter(({ name }) => name > after);
    const page = rest.slice(0, MaxResults ?? maxListed);
    const last = page.at(-1);
    const hasMore = MaxResults !== undefined && last && rest.length > page.length;
    return {
      urls: page.map((queue) => urlOf(queue, context)),
      ...(hasMore && { NextToken: Buffer.from(last.name).toString('base64url') }),
    };
  };
  const Page = {
    MaxResults: wholeNumber(1, maxListed).optional(),
    NextToken: z.string().optional(),
  };

  return {
    CreateQueue: operation(
      z.object({
        QueueName: z.string(),
        Attributes: Texts.default({}),
        tags: Texts.default({}),
      }),
      ({ QueueName, Attributes, tags }, context) => ({
        QueueUrl: urlOf(queues.create(QueueName, Attributes, tags), context),
      }),
    ),

    GetQueueUrl: operation(z.object({ QueueName: z.string() }), ({ QueueName }, context) => ({
      QueueUrl: urlOf(queues.get(QueueName), context),
    })),

    ListQueues: operation(
      z.object({ QueueNamePrefix: z.string().default(''), ...Page }),
      ({ QueueNamePrefix, ...page }, context) => {
        const found = queues.all().filter(({ name }) => name.startsWith(QueueNamePrefix));
        const { urls, ...rest } = listPage(found, page, context);
        return { ...(urls.length > 0 && { QueueUrls: urls }), ...rest };
      },
    ),

    ListDeadLetterSourceQueues: operation(
      z.object({ QueueUrl, ...Page }),
      ({ QueueUrl: queue, ...page }, context) => {
        const { urls, ...rest } = listPage(queues.sourcesOf(queue), page, context);
        return { queueUrls: urls, ...rest };
      },
    ),

    DeleteQueue: operation(z.object({ QueueUrl }), ({ QueueUrl: queue }) => {
      service.deleteQueue(queue);
      return {};
    }),

    PurgeQueue: operation(z.object({ QueueUrl }), ({ QueueUrl: queue }) => {
      service.purge(queue);
      return {};
    }),

    GetQueueAttributes: operation(
      z.object({ QueueUrl, AttributeNames: z.array(z.string()).default([]) }),
      ({ QueueUrl: queue, AttributeNames }) => {
        const Attributes = readAttributes(queue, AttributeNames);
        return Object.keys(Attributes).length > 0 ? { Attributes } : {};
      },
    ),

    SetQueueAttributes: operation(
      z.object({ QueueUrl, Attributes: Texts }),
      ({ QueueUrl: queue, Attributes }) => {
        queues.setAttributes(queue, Attributes);
        return {};
      },
    ),

    ListQueueTags: operation(z.object({ QueueUrl }), ({ QueueUrl: { tags } }) =>
      Object.keys(tags).length > 0 ? { Tags: tags } : {},
    ),

    TagQueue: operation(z.object({ QueueUrl, Tags: Texts }), ({ QueueUrl: queue, Tags }) => {
      queues.setTags(queue, { ...queue.tags, ...Tags });
      return {};
    }),

    UntagQueue: operation(
      z.object({ QueueUrl, TagKeys: z.array(z.string()) }),
      ({ QueueUrl: queue, TagKeys }) => {
        const left = Object.entries(queue.tags).filter(([key]) => !TagKeys.includes(key));
        queues.setTags(queue, Object.fromEntries(left));
        return {};
      },
    ),

    StartMessageMoveTask: operation(
      z.object({ SourceArn: z.string(), DestinationArn: z.string().optional() }),
      ({ SourceArn, DestinationArn }) => {
        const destination = DestinationArn ? queues.getByArn(DestinationArn) : undefined;
        const { handle } = service.startMoveTask(queues.getByArn(SourceArn), destination);
        return { TaskHandle: Buffer.from(handle).toString('base64url') };
      },
    ),

    ListMessageMoveTasks: operation(
      z.object({ SourceArn: z.string(), MaxResults: wholeNumber(1, 10).default(1) }),
      ({ SourceArn, MaxResults }) => ({
        Results: moveTasks.list(queues.getByArn(SourceArn).arn, MaxResults).map((task) => ({
          Status: 'COMPLETED',
          SourceArn: task.source_arn,
          ...(task.destination_arn !== null && { DestinationArn: task.destination_arn }),
          ApproximateNumberOfMessagesMoved: task.moved,
          ApproximateNumberOfMessagesToMove: task.moved,
          StartedTimestamp: task.started_at,
        })),
      }),
    ),

    CancelMessageMoveTask: operation(z.object({ TaskHandle: z.string() }), () => {
      throw new SqsError(
        'ResourceNotFoundException',
        'The task has ended: nothing is left to cancel.',
      );
    }),
  };
};
