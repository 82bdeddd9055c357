import { z } from 'zod';
import { type Operation, operation, type RequestContext, wholeNumber } from './operation.ts';
import { withDefaults } from './queue-attributes.ts';
import type { QueueService } from './queue-service.ts';
import { queueUrl } from './queue-url.ts';
import type { Queue } from './queues.ts';

const Texts = z.record(z.string(), z.string());
const maxListed = 1000;

/** The operations on queues themselves. Amazon SQS API Reference, "Actions". */
export const queueOperations = (
  service: QueueService,
  { accountId }: { accountId: string },
): Record<string, Operation> => {
  const { queues } = service;
  const QueueUrl = queueUrl(queues);
  const buildUrl = ({ name }: Queue, { baseUrl }: RequestContext) =>
    `${baseUrl}/${accountId}/${name}`;

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
      urls: page.map((queue) => buildUrl(queue, context)),
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
        QueueUrl: buildUrl(queues.create(QueueName, Attributes, tags), context),
      }),
    ),

    GetQueueUrl: operation(z.object({ QueueName: z.string() }), ({ QueueName }, context) => ({
      QueueUrl: buildUrl(queues.get(QueueName), context),
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
        const { urls, ...rest } = listPage(queues.listSources(queue), page, context);
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
  };
};
