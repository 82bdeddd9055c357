import {
  type AttemptRequest,
  type DeliveryProgress,
  nextAttempt,
  type WebhookAttempt,
} from './progress.ts';

/** What is sent: the same in every attempt, so that a receiver recognizes a repeated one. */
export type WebhookRequest = { id: string; url: string; body: string };

/**
 * A receiver's response to an attempt. Only a 2xx is ok. `gone` is 410: it wants no more deliveries.
 * `permanent`: what failed would fail again.
 */
export type WebhookResponse =
  | { ok: true; status: number }
  | {
      ok: false;
      status: number | null;
      error: string;
      gone?: true;
      permanent?: true;
      retryAfterSeconds?: number;
    };

/** Signs and sends a webhook as Standard Webhooks says. Never throws for what the receiver does. */
export type SendWebhook = (request: WebhookRequest) => Promise<WebhookResponse>;

export type KnownDelivery = { progress: DeliveryProgress; request: WebhookRequest };

/** One delivery: where its progress is stored, and how its next attempt is requested. */
export interface Delivery {
  /** Undefined where there is nothing to deliver. */
  find(): Promise<KnownDelivery | undefined>;
  /**
   * Updates with an optimistic lock; `decide` returns undefined to leave it, and may be called several
   * times. An attempt is stored with it.
   */
  update(
    decide: (progress: DeliveryProgress) => DeliveryProgress | undefined,
    attempt?: WebhookAttempt,
  ): Promise<{ known: KnownDelivery | undefined; changed: boolean }>;
  enqueue(request: AttemptRequest, delaySeconds: number): Promise<void>;
}

/** An attempt, and the state of its delivery after it: `pending` where it will be repeated. */
export type DeliveryOutcome = WebhookAttempt & { state: DeliveryProgress['state'] };

type Deps = {
  send: SendWebhook;
  /** Seconds from each failed attempt to the next. */
  schedule: readonly number[];
  /** At least 0 and less than 1: how much longer a wait is than it must be. */
  random: () => number;
  now: () => Date;
};

/** Longer than an attempt can take (20 s of the request); after that, its worker must have been killed. */
const leaseMs = 30_000;
const maxRetryAfterSeconds = 86_400;
/**
 * A part of the wait, added by chance: deliveries that failed together do not all come back together.
 * Whole seconds, as SQS delays.
 */
const maxJitter = 0.1;

/** Another worker is delivering this webhook, or was killed doing so. */
class BeingDeliveredError extends Error {
  override readonly name = 'BeingDeliveredError';
  readonly retryAfterSeconds: number;

  constructor(leasedUntil: string, now: Date) {
    super('The webhook is being delivered.');
    this.retryAfterSeconds = Math.ceil((Date.parse(leasedUntil) - now.getTime()) / 1000);
  }
}

/**
 * Makes one attempt of a delivery, and requests the next one where it failed. The attempt is leased
 * first, so that a message delivered twice makes it once; if the function is killed between the
 * receiver's response and our record of it, it is made again with the same `webhook-id`, by which
 * receivers recognize it. Returns how the attempt ended; undefined where none was due.
 */
export const attemptDelivery = async (
  message: AttemptRequest,
  delivery: Delivery,
  { send, schedule, random, now }: Deps,
): Promise<DeliveryOutcome | undefined> => {
  const enqueueNext = async (known: KnownDelivery | undefined) => {
    const next = known && nextAttempt(known.progress, now());
    if (next) await delivery.enqueue(next.request, next.delaySeconds);
  };

  const known = await delivery.find();
  if (!known || !isRequested(known.progress, message)) {
    if (known?.progress.round === message.round) await enqueueNext(known); // delivered twice
    return undefined;
  }
  if (Date.parse(message.due_at) > now().getTime()) {
    await enqueueNext(known);
    return undefined;
  }

  const leasedUntil = new Date(now().getTime() + leaseMs).toISOString();
  const leased = await delivery.update((progress) => {
    if (!isRequested(progress, message)) return undefined;
    if (progress.leasedUntil && progress.leasedUntil > now().toISOString())
      throw new BeingDeliveredError(progress.leasedUntil, now());
    return { ...progress, leasedUntil };
  });
  if (!leased.changed || !leased.known) return undefined;

  const at = now().toISOString();
  const response = await send(leased.known.request);
  const attempt = { at, status: response.status, error: response.ok ? null : response.error };
  const recorded = await delivery.update(
    (progress) =>
      isRequested(progress, message)
        ? afterResponse(progress, response, { schedule, random, now: now() })
        : undefined,
    attempt,
  );
  await enqueueNext(recorded.known);
  return { ...attempt, state: recorded.known?.progress.state ?? 'stopped' };
};

const isRequested = ({ state, round, tries }: DeliveryProgress, request: AttemptRequest): boolean =>
  state === 'pending' && round === request.round && tries === request.attempt;

const afterResponse = (
  { leasedUntil: _, dueAt: __, ...progress }: DeliveryProgress,
  response: WebhookResponse,
  { schedule, random, now }: Pick<Deps, 'schedule' | 'random'> & { now: Date },
): DeliveryProgress => {
  const made = { ...progress, tries: progress.tries + 1 };
  if (response.ok) return { ...made, state: 'delivered' };
  if (response.gone) return { ...made, state: 'stopped' };
  const wait = schedule[progress.tries];
  if (response.permanent || wait === undefined) return { ...made, state: 'failed' };
  const least = Math.max(wait, Math.min(response.retryAfterSeconds ?? 0, maxRetryAfterSeconds));
  const seconds = least + Math.floor(random() * maxJitter * least);
  return { ...made, dueAt: new Date(now.getTime() + seconds * 1000).toISOString() };
};
