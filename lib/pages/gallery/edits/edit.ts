import type { EditView, ProcessView } from '#lib/api/edit-view.ts';

export type Edit = EditView;
export type EditProcess = ProcessView;

export const isAtWork = ({ status }: Pick<Edit, 'status'>): boolean =>
  status === 'PENDING' || status === 'PROCESSING';

/** The id of a picture in what an edit names as its source: the id itself, or a link of ours. */
export const imageIdIn = (source: string | null): string | undefined =>
  /(?:^|\/api\/images\/)([a-z2-7]{26})(?:$|\/)/.exec(source ?? '')?.[1];
