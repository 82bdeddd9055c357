import { changeImage } from './change-image.ts';
import type { StepName } from './image.ts';
import type { Images } from './images.ts';
import type { StepMessage } from './messages.ts';
import { giveUp } from './steps.ts';
import { startTimer, type Timed } from './timer.ts';

/** Records that a step was tried for the last time. Its message stays in the dead-letter queue. */
export const giveUpOn = async (
  step: StepName,
  message: StepMessage,
  { reason, attempts }: { reason: string; attempts: number },
  { images, now }: Timed & { images: Images },
): Promise<void> => {
  const effort = startTimer(attempts, { now });
  await changeImage(message.image_id, (image) => giveUp(image, step, message, reason, effort()), {
    images,
  });
};
