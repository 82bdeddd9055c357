import { requestRender } from '../parts/render.ts';

/** Ids in the order of selection. */
let selected: string[] = [];

export const selectedIds = (): readonly string[] => selected;
export const isSelected = (id: string): boolean => selected.includes(id);

export const toggleSelected = (id: string): void => {
  selected = isSelected(id) ? selected.filter((each) => each !== id) : [...selected, id];
  requestRender();
};

export const selectOnly = (ids: readonly string[]): void => {
  selected = [...ids];
  requestRender();
};
