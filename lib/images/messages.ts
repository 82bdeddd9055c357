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

/** How workers are asked for their step. */
export interface Workers {
  ask(step: StepName, message: StepMessage): Promise<void>;
  /** True if nothing waits and nothing is being worked on for this step, as far as the queue can tell. */
  isIdle(step: StepName): Promise<boolean>;
}
