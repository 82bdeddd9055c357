import { request, toMessage } from '../parts/api.ts';

/** `status` is the HTTP status that one picture alone would get; 0 where there was no response. */
export type ActionOutcome = { image_id: string; status: number; error: string | null };
export type PictureAction = 'delete' | 'retry';

const maxIds = 100; // of one request

export const actionPath = 'api/images/actions';

/** The bodies of the requests that act on these pictures. */
export const toActions = (action: PictureAction, ids: readonly string[]) =>
  Array.from({ length: Math.ceil(ids.length / maxIds) }, (_, chunk) => ({
    action,
    image_ids: ids.slice(chunk * maxIds, (chunk + 1) * maxIds),
  }));

/** Deletes or retries pictures, a hundred per request, and gives the outcome of each. */
export const actOn = async (
  action: PictureAction,
  ids: readonly string[],
): Promise<ActionOutcome[]> => {
  const outcomes: ActionOutcome[] = [];
  for (const json of toActions(action, ids)) {
    try {
      const { data } = await request<ActionOutcome[]>(actionPath, { method: 'POST', json });
      outcomes.push(...data);
    } catch (error) {
      const failed = { status: 0, error: toMessage(error) };
      outcomes.push(...json.image_ids.map((id) => ({ image_id: id, ...failed })));
    }
  }
  return outcomes;
};
