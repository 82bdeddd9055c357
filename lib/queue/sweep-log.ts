import type { Image } from '#lib/images/image.ts';
import type { StepName } from '#lib/images/step.ts';
import { logger } from '#lib/observability.ts';

/** Logs a step that no worker finished: its workers were killed, or its message was lost. */
export const logSwept = ({
  action,
  step,
  image: { imageId, requestId },
}: {
  action: 'requeued' | 'gaveUp';
  step: StepName;
  image: Image;
}): void => {
  const fields = { image_id: imageId, request_id: requestId, step };
  if (action === 'gaveUp') logger.error('step given up', { ...fields, state: 'failed' });
  else logger.warn('step requested again', { ...fields, state: 'pending' });
};
