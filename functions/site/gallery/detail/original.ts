import { request, toMessage } from '../parts/api.ts';
import { notify } from '../parts/notices.ts';
import type { Picture } from '../pictures/collection.ts';

/**
 * Opens the original in a new tab by a short-lived link. The link is requested with the key,
 * which a plain link could not carry.
 */
export const openOriginal = async ({ image_id: id }: Picture): Promise<void> => {
  // Opened before the response is there: later, the browser would block it as a pop-up.
  const tab = open('about:blank', '_blank');
  try {
    const { data } = await request<{ url: string }>(`api/images/${id}/original`);
    if (tab) {
      tab.opener = null;
      tab.location.replace(data.url);
    } else location.assign(data.url);
  } catch (error) {
    tab?.close();
    notify(toMessage(error), { isError: true });
  }
};
