import { request, toMessage } from '../parts/api.ts';
import { notify } from '../parts/notices.ts';
import type { Picture } from '../pictures/collection.ts';
import { pictures } from '../pictures/pictures.ts';

/** Null takes back what a person has set. */
type Change = Partial<Pick<Picture, 'caption' | 'focal_point'>>;

/** Changes a picture; true if the server accepted it. */
export const changePicture = async (id: string, json: Change): Promise<boolean> => {
  try {
    const { data } = await request<Picture>(`api/images/${id}`, { method: 'PATCH', json });
    pictures.update(data);
    return true;
  } catch (error) {
    notify(toMessage(error), { isError: true });
    return false;
  }
};
