import { z } from 'zod';
import { type Answer, jsonOf, type Question } from './ask-provider.ts';
import type { EditProvider } from './edit-settings.ts';
import { refuseErrorIn } from './error-in-answer.ts';
import { ProviderRefusal } from './provider.ts';

const Ticket = z.object({ request_id: z.string(), response_url: z.url() });
const Progress = z.object({ status: z.string() });

/** Whether an answer is a place in fal's queue instead of a picture. */
export const isFalTicket = (json: unknown): json is z.infer<typeof Ticket> =>
  Ticket.safeParse(json).success;

/**
 * Waits in fal's queue behind Hugging Face's router until the edit is done, and returns the JSON of
 * its result. `fetchPaid` asks for what is paid for already; `pause` passes the time between two
 * looks and throws when it is up. The addresses of the ticket are fal's; only their path is taken,
 * since the key is for the router alone.
 */
export const falQueueAnswer = async (
  provider: EditProvider,
  ticket: z.infer<typeof Ticket>,
  {
    fetchPaid,
    pause,
  }: { fetchPaid: (question: Question) => Promise<Answer>; pause: () => Promise<void> },
): Promise<unknown> => {
  const place = `${new URL(provider.url).origin}/fal-ai${new URL(ticket.response_url).pathname}`;
  const look = async (path: string): Promise<unknown> => {
    const url = `${place}${path}?_subdomain=queue`;
    const { bytes } = await fetchPaid({ method: 'GET', url });
    const json = jsonOf(provider, bytes.toString('utf8'));
    refuseErrorIn(provider, json);
    return json;
  };

  for (;;) {
    const progress = Progress.safeParse(await look('/status'));
    if (!progress.success)
      throw new ProviderRefusal(`${provider.label} gave an answer that cannot be read.`);
    if (progress.data.status === 'COMPLETED') return look('');
    await pause();
  }
};
