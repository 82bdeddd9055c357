import { z } from 'zod';
import type { StepName } from './step.ts';

/** Requests one run of a step on one revision of an image; a stale message is dropped. */
export const StepMessage = z.object({
  image_id: z.string(),
  rev: z.int(),
  run: z.int(),
  request_id: z.string(),
});
export type StepMessage = z.infer<typeof StepMessage>;

/** Requests that the picture of an image is fetched from its URL. */
export const FetchMessage = z.object({
  image_id: z.string(),
  run: z.int(),
  request_id: z.string(),
});
export type FetchMessage = z.infer<typeof FetchMessage>;

/** The queue in front of fetch-image. */
export interface FetchQueue {
  enqueue(message: FetchMessage): Promise<void>;
  /** True if nothing waits and nothing is being fetched, as far as the queue can tell. */
  isIdle(): Promise<boolean>;
}

/** An image of a batch has ended: its row records the outcome. */
export const OutcomeMessage = z.object({
  image_id: z.string(),
  key: z.string(),
  request_id: z.string(),
});
export type OutcomeMessage = z.infer<typeof OutcomeMessage>;

/** The queues in front of the workers, one for each step. */
export interface StepQueues {
  enqueue(step: StepName, message: StepMessage): Promise<void>;
  enqueueOutcome(message: OutcomeMessage): Promise<void>;
  /** True if nothing waits and nothing is being worked on for this step, as far as the queue can tell. */
  isIdle(step: StepName): Promise<boolean>;
}
