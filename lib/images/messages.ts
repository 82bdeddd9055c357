import { z } from 'zod';
import type { StepName } from './image.ts';

/** Asks a worker for one run of its step on one revision of an image; a stale one is dropped. */
export const StepMessage = z.object({
  image_id: z.string(),
  rev: z.int(),
  run: z.int(),
  request_id: z.string(),
});
export type StepMessage = z.infer<typeof StepMessage>;

/** An image of a batch has ended: its row wants to know. */
export const OutcomeMessage = z.object({
  image_id: z.string(),
  key: z.string(),
  request_id: z.string(),
});
export type OutcomeMessage = z.infer<typeof OutcomeMessage>;

/** How workers are asked for their step. */
export interface StepQueues {
  ask(step: StepName, message: StepMessage): Promise<void>;
  enqueueOutcome(message: OutcomeMessage): Promise<void>;
  /** True if nothing waits and nothing is being worked on for this step, as far as the queue can tell. */
  isIdle(step: StepName): Promise<boolean>;
}
