import { request, toMessage } from '../parts/api.ts';
import { notify } from '../parts/notices.ts';
import { saveBlob } from '../parts/save-file.ts';
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

/** Saves the original under its own name. */
export const downloadOriginal = async (picture: Picture): Promise<void> => {
  try {
    const { data } = await request<{ url: string }>(`api/images/${picture.image_id}/original`);
    const response = await fetch(data.url);
    if (!response.ok) throw new Error(`S3 answered ${response.status}`);
    saveBlob(await response.blob(), picture.original_name);
  } catch (error) {
    notify(toMessage(error), { isError: true });
  }
};
