import type { Batch } from '#lib/batches/batch.ts';
import type { ErrorCode } from '#lib/error-codes.ts';
import type { Image } from '#lib/images/image.ts';
import type { StepName } from '#lib/images/step.ts';
import { logger } from '#lib/observability.ts';

type Action = 'requeued' | 'gaveUp';

/** As the record says. */
const givenUp = { state: 'failed', error_code: 'retries_exhausted' satisfies ErrorCode };

/** Logs a step that no worker finished: its workers were killed, or its message was lost. */
export const logSwept = ({
  action,
  step,
  image: { imageId, requestId },
}: {
  action: Action;
  step: StepName | 'fetch';
  image: Image;
}): void => {
  const fields = { image_id: imageId, request_id: requestId, step };
  if (action === 'gaveUp') logger.error('step given up', { ...fields, ...givenUp });
  else logger.warn('step requested again', { ...fields, state: 'pending' });
};

/** Logs a batch whose work no worker finished. */
export const logSweptBatch = ({ action, batch }: { action: Action; batch: Batch }): void => {
  const fields = { request_id: batch.requestId, step: 'batch' };
  if (action === 'gaveUp') logger.error('batch given up', { ...fields, ...givenUp });
  else logger.warn('batch requested again', { ...fields, state: 'pending' });
};
