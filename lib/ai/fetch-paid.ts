import { setTimeout as wait } from 'node:timers/promises';
import { ProviderBusy } from '#lib/images/caption.ts';
import type { Answer } from './ask-provider.ts';
import { lost, silenceOf } from './broken-connection.ts';
import type { Provider } from './provider.ts';

/** As often as fal's own clients look. */
const betweenLooksMs = 500;

/** Passes the time between two looks; when the clock runs out, throws AnswerLost. */
export const pauseWithin = async (provider: Provider, signal: AbortSignal): Promise<void> => {
  await wait(betweenLooksMs, undefined, { signal }).catch(() => {
    throw lost(silenceOf(provider));
  });
};

/**
 * Asks for something that is paid for already, again and again while its owner is busy and the
 * clock runs: thrown as ProviderBusy, such a fault would have the whole edit paid for twice. Throws
 * AnswerLost where the clock runs out.
 */
export const fetchPaid = async (
  provider: Provider,
  ask: () => Promise<Answer>,
  signal: AbortSignal,
): Promise<Answer> => {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ProviderBusy)) throw error;
      await pauseWithin(provider, signal);
    }
  }
};
