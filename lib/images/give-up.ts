import type { StepName } from './image.ts';
import type { Images } from './images.ts';
import type { StepMessage, StepQueues } from './messages.ts';
import { giveUp, notifyBatch } from './steps.ts';
import { type HasClock, startTimer } from './timer.ts';
import { updateImage } from './update-image.ts';

/** Records that a step was tried for the last time. Its message stays in the dead-letter queue. */
export const giveUpStep = async (
  step: StepName,
  message: StepMessage,
  { reason, attempts }: { reason: string; attempts: number },
  { images, workers, now }: HasClock & { images: Images; workers: StepQueues },
): Promise<void> => {
  const attemptStats = startTimer(attempts, { now });
  const { image: after } = await updateImage(
    message.image_id,
    (image) => giveUp(image, step, message, reason, attemptStats()),
    { images },
  );
  await notifyBatch(after, { workers });
};
