import { request, toMessage } from '../parts/api.ts';
import { notify } from '../parts/notices.ts';
import { reloadNow } from './open-batch.ts';

/** Stops an unfinished batch; what is done stays. */
export const cancelBatch = async (id: string): Promise<void> => {
  try {
    await request(`api/batches/${encodeURIComponent(id)}`, { method: 'DELETE' });
    notify('The batch is being cancelled. What is done stays.');
  } catch (error) {
    notify(toMessage(error), { isError: true });
  }
  reloadNow();
};
