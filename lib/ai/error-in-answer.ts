import { z } from 'zod';
import { ProviderBusy } from '#lib/images/caption.ts';
import { type Provider, ProviderRefusal } from './provider.ts';
import { refusalReasonOf } from './refusal-reason.ts';

const Failure = z.object({ error: z.unknown() });
const Details = z.object({
  code: z.union([z.string(), z.number()]).nullish(),
  type: z.string().nullish(),
});

/** Words by which providers and the proxies before them call what passes by itself. */
const passing =
  /^(rate_limit|too_many_requests|server_error|internal|service_unavailable|over(load|capacity)|timeout)/;

/**
 * Throws where an answer with status 200 is an error all the same, as proxies and model servers
 * send when something broke behind them: ProviderBusy where the error says that it passes, else
 * ProviderRefusal.
 */
export const refuseErrorIn = (provider: Provider, answer: unknown): void => {
  const { error } = Failure.safeParse(answer).data ?? {};
  if (!error) return;
  const details = Details.safeParse(error).data;
  const passes =
    isPassingStatus(Number(details?.code)) ||
    [details?.code, details?.type].some((word) => passing.test(String(word)));
  const said = JSON.stringify(error);
  // Money and rules have sentences of their own, whatever status they come with.
  const status = passes ? 503 : 400;
  const reason = refusalReasonOf(provider, status, said);
  if (!reason) throw new ProviderBusy(`${provider.label} is busy or down.`);
  const isKnown = reason !== refusalReasonOf(provider, status, '');
  throw new ProviderRefusal(
    isKnown
      ? reason.replace(/ \(HTTP \d+\)/, '')
      : `${provider.label} answered with an error instead of a picture.`,
  );
};

const isPassingStatus = (code: number): boolean => code === 429 || (code >= 500 && code < 600);
