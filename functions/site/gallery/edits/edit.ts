import type { EditSessionView, EditView } from '#lib/http/edit-view.ts';

export type Edit = EditView;
export type EditProcess = EditSessionView;

export const isAtWork = ({ status }: Pick<Edit, 'status'>): boolean =>
  status === 'PENDING' || status === 'PROCESSING';

/** Those that have a result now and were at work before: what was not is old, or may be deleted. */
export const newlyDone = (before: readonly Edit[], now: readonly Edit[]): Edit[] => {
  const atWork = new Set(before.filter(isAtWork).map(({ edit_id: id }) => id));
  return now.filter(({ edit_id: id, image_id: imageId }) => imageId !== null && atWork.has(id));
};

/** The id of a picture in what an edit names as its source: the id itself, or a link of ours. */
export const imageIdIn = (source: string | null): string | undefined =>
  /(?:^|\/api\/images\/)([a-z2-7]{26})(?:$|\/)/.exec(source ?? '')?.[1];
