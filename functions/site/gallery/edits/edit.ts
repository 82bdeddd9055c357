import type { EditSessionView, EditView } from '#lib/http/edit-view.ts';

export type Edit = EditView;
export type EditProcess = EditSessionView;

export const isRunning = ({ status }: Pick<Edit, 'status'>): boolean =>
  status === 'PENDING' || status === 'PROCESSING';

/** Edits that were running before and have a result now. */
export const newlyCompleted = (before: readonly Edit[], now: readonly Edit[]): Edit[] => {
  const atWork = new Set(before.filter(isRunning).map(({ edit_id: id }) => id));
  return now.filter(({ edit_id: id, image_id: imageId }) => imageId !== null && atWork.has(id));
};

/** The image id in the source of an edit: the id itself, or a link of this API. */
export const parseImageId = (source: string | null): string | undefined =>
  /(?:^|\/api\/images\/)([a-z2-7]{26})(?:$|\/)/.exec(source ?? '')?.[1];
