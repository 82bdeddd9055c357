import { expect } from 'vitest';
import { type EmbeddedStack, startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { openAuditor } from '#test/support/faults-audit.ts';
import { watchQueues } from '#test/support/faults-idle.ts';
import type { FetchOrigin } from '#test/support/fetch-origin.ts';
import {
  type ReceiverAnswer,
  startWebhookReceiver,
  type WebhookReceiver,
} from '#test/support/webhook-receiver.ts';
import { type BatchClient, batchClient } from './batch-client.ts';

/** A separate stack for one batch test, with a webhook receiver; audited at the end. */
export const withStack = async (
  {
    origin,
    workers,
    respond,
  }: {
    origin: FetchOrigin;
    workers: 'forked' | 'in-process';
    respond?: () => ReceiverAnswer;
  },
  test: (given: {
    stack: EmbeddedStack;
    darkroom: BatchClient;
    receiver: WebhookReceiver;
  }) => Promise<void>,
): Promise<void> => {
  const receiver = await startWebhookReceiver(respond && { respond });
  const env = {
    CAPTION_PROVIDER: 'none',
    FETCH_ALLOW_HOSTS: `${origin.host},${receiver.host}`,
    LOCAL_VISIBILITY_SECONDS: '15', // how long a killed worker's messages stay invisible
  };
  const stack = await startEmbeddedStack({ env, workers });
  const { close, ...auditor } = openAuditor(stack);
  const darkroom = batchClient(stack);
  try {
    await test({ stack, darkroom, receiver });
    await watchQueues(darkroom, auditor).delivered(); // otherwise a worker could still write during the audit
    expect(await auditor.audit()).toEqual([]);
  } catch (error) {
    process.stdout.write(`The stack said at last:\n${stack.output().slice(-3000)}\n`);
    throw error;
  } finally {
    close();
    await stack.stop();
    await receiver.stop();
  }
};
