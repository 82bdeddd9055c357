import { changeImage } from './update-image.ts';
import type { StepName } from './image.ts';
import type { Images } from './images.ts';
import type { StepMessage, Workers } from './messages.ts';
import { giveUp, tellEnd } from './steps.ts';
import { startTimer, type Timed } from './timer.ts';

/** Records that a step was tried for the last time. Its message stays in the dead-letter queue. */
export const giveUpOn = async (
  step: StepName,
  message: StepMessage,
  { reason, attempts }: { reason: string; attempts: number },
  { images, workers, now }: Timed & { images: Images; workers: Workers },
): Promise<void> => {
  const effort = startTimer(attempts, { now });
  const { image: after } = await changeImage(
    message.image_id,
    (image) => giveUp(image, step, message, reason, effort()),
    { images },
  );
  await tellEnd(after, { workers });
};
