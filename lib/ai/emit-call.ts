import { z } from 'zod';
import { emitMetrics } from '#lib/metrics/emit-metrics.ts';
import type { Provider } from './provider.ts';

export type CallOutcome = 'answered' | 'refused' | 'unavailable';

/** Counts one request to a provider. */
export const emitCall = (
  { provider, model, task }: Provider,
  outcome: CallOutcome,
  durationMs: number,
): void =>
  emitMetrics({
    message: `provider ${outcome}`,
    values: { ProviderCalls: 1 },
    dimensions: [{ provider }, { outcome }],
    fields: { task, model, duration_ms: Math.round(durationMs) },
  });

const Count = z.number().min(0).nullish();

/**
 * What OpenAI and its imitators say of tokens: chat completions and image edits name their parts
 * differently. `cost`, in US dollars, is OpenRouter's.
 */
const Usage = z.object({
  usage: z.object({
    total_tokens: Count,
    prompt_tokens: Count,
    completion_tokens: Count,
    input_tokens: Count,
    output_tokens: Count,
    cost: Count,
  }),
});

/** Counts the tokens and the money that an answer says it took; most say nothing of money. */
export const emitUsage = ({ provider, model, task }: Provider, json: unknown): void => {
  const { usage } = Usage.safeParse(json).data ?? {};
  if (!usage) return;
  const parts =
    (usage.prompt_tokens ?? usage.input_tokens ?? 0) +
    (usage.completion_tokens ?? usage.output_tokens ?? 0);
  emitMetrics({
    message: 'provider usage',
    values: {
      ProviderTokens: usage.total_tokens ?? parts,
      ...(typeof usage.cost === 'number' && { ProviderCost: usage.cost }),
    },
    dimensions: [{ provider }],
    fields: { task, model },
  });
};
