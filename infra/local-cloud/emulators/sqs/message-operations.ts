import { z } from 'zod';
import { batchOperation } from './batch-operation.ts';
import {
  attributesMd5,
  attributesSizeBytes,
  checkMessageAttributes,
  MessageAttributes,
  selectAttributes,
} from './message-attributes.ts';
import type { NewMessage } from './messages.ts';
import { type Operation, operation, wholeNumber } from './operation.ts';
import {
  maxDelaySeconds,
  maxPayloadBytes,
  maxVisibilitySeconds,
  maxWaitSeconds,
} from './queue-attributes.ts';

import type { QueueService } from './queue-service.ts';
import { queueUrl } from './queue-url.ts';
import type { Queue } from './queues.ts';
import { toReceiptHandle } from './receipt-handle.ts';
import type { ReceivedMessage } from './receive-messages.ts';
import { SqsError } from './sqs-error.ts';

const maxPerReceive = 10;

// Amazon SQS API Reference, SendMessage: #x9 | #xA | #xD | #x20-#xD7FF | #xE000-#xFFFD | #x10000-…
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

const SentMessage = z.object({
  MessageBody: z.string(),
  DelaySeconds: wholeNumber(0, maxDelaySeconds).optional(),
  MessageAttributes: MessageAttributes.default({}),
  MessageSystemAttributes: z
    .object({ AWSTraceHeader: z.object({ StringValue: z.string() }).optional() })
    .default({}),
  MessageGroupId: z.string().optional(),
  MessageDeduplicationId: z.string().optional(),
});
type SentMessage = z.infer<typeof SentMessage>;

/** Throws what SQS would say to this message; otherwise gives it as it is stored, and its size. */
const toNewMessage = (sent: SentMessage, { settings }: Queue) => {
  const { MessageBody: body, MessageAttributes: attributes } = sent;
  if (sent.MessageDeduplicationId !== undefined)
    throw new SqsError(
      'InvalidParameterValue',
      'The request includes the parameter MessageDeduplicationId, which is not valid for this queue type.',
    );
  if (body === '')
    throw new SqsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (forbidden.test(body))
    throw new SqsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | ' +
        '#xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  const hasAttributes = Object.keys(attributes).length > 0;
  if (hasAttributes) checkMessageAttributes(attributes);
  const sizeBytes = Buffer.byteLength(body) + (hasAttributes ? attributesSizeBytes(attributes) : 0);
  if (sizeBytes > settings.maxMessageBytes)
    throw new SqsError(
      'InvalidParameterValue',
      'One or more parameters are invalid. Reason: Message must be shorter than ' +
        `${settings.maxMessageBytes} bytes.`,
    );
  const message: NewMessage = {
    body,
    attributes: hasAttributes ? JSON.stringify(attributes) : undefined,
    traceHeader: sent.MessageSystemAttributes.AWSTraceHeader?.StringValue,
    groupId: sent.MessageGroupId,
    delayMs: (sent.DelaySeconds ?? settings.delaySeconds) * 1000,
  };
  const attributesMd5OrNone = hasAttributes && {
    MD5OfMessageAttributes: attributesMd5(attributes),
  };
  return { message, sizeBytes, attributesMd5: attributesMd5OrNone };
};

const toReceived = (
  message: ReceivedMessage,
  {
    system,
    custom,
    accountId,
  }: { system: readonly string[]; custom: readonly string[]; accountId: string },
) => {
  const attributes =
    message.attributes === null || custom.length === 0
      ? {}
      : selectAttributes(JSON.parse(message.attributes), custom);
  const hasAttributes = Object.keys(attributes).length > 0;
  return {
    MessageId: message.message_id,
    ReceiptHandle: toReceiptHandle(message.receipt),
    MD5OfBody: message.body_md5,
    Body: message.body,
    ...(system.length > 0 && { Attributes: systemAttributes(message, system, accountId) }),
    ...(hasAttributes && {
      MD5OfMessageAttributes: attributesMd5(attributes),
      MessageAttributes: attributes,
    }),
  };
};

const systemAttributes = (
  message: ReceivedMessage,
  names: readonly string[],
  accountId: string,
) => {
  const { trace_header, group_id, dead_letter_source } = message;
  const all = {
    SenderId: accountId,
    SentTimestamp: String(message.sent_at),
    ApproximateReceiveCount: String(message.receive_count),
    ApproximateFirstReceiveTimestamp: String(message.first_received_at),
    ...(trace_header !== null && { AWSTraceHeader: trace_header }),
    ...(group_id !== null && { MessageGroupId: group_id }),
    ...(dead_letter_source !== null && { DeadLetterQueueSourceArn: dead_letter_source }),
  };
  if (names.includes('All')) return all;
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
};

/** The operations on messages. Amazon SQS API Reference, "Actions". */
export const messageOperations = (
  service: QueueService,
  { accountId }: { accountId: string },
): Record<string, Operation> => {
  const QueueUrl = queueUrl(service.queues);
  const names = z.array(z.string()).default([]);
  const VisibilityTimeout = wholeNumber(0, maxVisibilitySeconds);
  const Deleted = z.object({ ReceiptHandle: z.string() });
  const Changed = z.object({ ReceiptHandle: z.string(), VisibilityTimeout });

  return {
    SendMessage: operation(SentMessage.extend({ QueueUrl }), ({ QueueUrl: queue, ...sent }) => {
      const { message, attributesMd5: md5 } = toNewMessage(sent, queue);
      const [stored] = service.send(queue, [message]);
      return { MessageId: stored?.messageId, MD5OfMessageBody: stored?.bodyMd5, ...md5 };
    }),

    SendMessageBatch: batchOperation(QueueUrl, SentMessage, (queue, entries) => {
      const checked = entries.map((entry) => entry.check((sent) => toNewMessage(sent, queue)));
      const good = checked.flatMap(({ ok }) => ok ?? []);
      if (good.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > maxPayloadBytes)
        throw new SqsError(
          'BatchRequestTooLong',
          `Batch requests cannot be longer than ${maxPayloadBytes} bytes.`,
        );
      const stored = service.send(
        queue,
        good.map(({ message }) => message),
      );
      return checked.map(({ ok, failed }) => {
        if (failed || !ok) return { failed };
        const { messageId, bodyMd5 } = stored[good.indexOf(ok)] ?? {};
        return { ok: { MessageId: messageId, MD5OfMessageBody: bodyMd5, ...ok.attributesMd5 } };
      });
    }),

    ReceiveMessage: operation(
      z.object({
        QueueUrl,
        MaxNumberOfMessages: wholeNumber(1, maxPerReceive).default(1),
        VisibilityTimeout: VisibilityTimeout.optional(),
        WaitTimeSeconds: wholeNumber(0, maxWaitSeconds).optional(),
        AttributeNames: names,
        MessageSystemAttributeNames: names,
        MessageAttributeNames: names,
      }),
      async ({ QueueUrl: queue, ...input }, { signal }) => {
        const { waitSeconds, visibilitySeconds } = queue.settings;
        const received = await service.receive(queue, {
          maxMessages: input.MaxNumberOfMessages,
          visibilityMs: (input.VisibilityTimeout ?? visibilitySeconds) * 1000,
          waitMs: (input.WaitTimeSeconds ?? waitSeconds) * 1000,
          signal,
        });
        if (received.length === 0) return {};
        const system = [...input.AttributeNames, ...input.MessageSystemAttributeNames];
        const wanted = { system, custom: input.MessageAttributeNames, accountId };
        return { Messages: received.map((message) => toReceived(message, wanted)) };
      },
    ),

    DeleteMessage: operation(Deleted.extend({ QueueUrl }), ({ QueueUrl: queue, ReceiptHandle }) => {
      service.delete(queue, ReceiptHandle);
      return {};
    }),

    DeleteMessageBatch: batchOperation(QueueUrl, Deleted, (queue, entries) =>
      service.together(() =>
        entries.map((entry) =>
          entry.check(({ ReceiptHandle }) => {
            service.delete(queue, ReceiptHandle);
            return {};
          }),
        ),
      ),
    ),

    ChangeMessageVisibility: operation(
      Changed.extend({ QueueUrl }),
      ({ QueueUrl: queue, ReceiptHandle, VisibilityTimeout: seconds }) => {
        service.changeVisibility(queue, ReceiptHandle, seconds * 1000);
        return {};
      },
    ),

    ChangeMessageVisibilityBatch: batchOperation(QueueUrl, Changed, (queue, entries) =>
      entries.map((entry) =>
        entry.check(({ ReceiptHandle, VisibilityTimeout: seconds }) => {
          service.changeVisibility(queue, ReceiptHandle, seconds * 1000);
          return {};
        }),
      ),
    ),
  };
};
