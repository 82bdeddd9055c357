import { notify } from '../parts/notices.ts';
import { ask, reasonOf } from '../parts/server.ts';
import type { Picture } from '../pictures/collection.ts';

/**
 * The original in a tab of its own, by a link that serves for a few minutes: it is asked for with
 * the key, which a plain link could not carry.
 */
export const openOriginal = async ({ image_id: id }: Picture): Promise<void> => {
  // Opened before the answer has come, or the browser would take it for an advertisement.
  const tab = open('about:blank', '_blank');
  try {
    const { data } = await ask<{ url: string }>(`api/images/${id}/original`);
    if (tab) {
      tab.opener = null;
      tab.location.replace(data.url);
    } else location.assign(data.url);
  } catch (error) {
    tab?.close();
    notify(reasonOf(error), { isTrouble: true });
  }
};
