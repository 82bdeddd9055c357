import { requestRender } from '../parts/render.ts';

/** Ids in the order of selection. */
let selected = new Set<string>();
/** Where a range begins: the picture that was toggled last. */
let anchor: string | undefined;

export const selectedIds = (): readonly string[] => [...selected];
export const isSelected = (id: string): boolean => selected.has(id);
export const hasSelection = (): boolean => selected.size > 0;

export const toggleSelected = (id: string): void => {
  selected = new Set(selected);
  if (!selected.delete(id)) selected.add(id);
  anchor = id;
  requestRender();
};

export const selectOnly = (ids: readonly string[]): void => {
  selected = new Set(ids);
  anchor = ids.at(-1);
  requestRender();
};

/** Selects everything from the picture that was toggled last to this one, in the order of `all`. */
export const selectRange = (id: string, all: readonly string[]): void => {
  const to = all.indexOf(id);
  const from = anchor === undefined ? to : all.indexOf(anchor);
  if (to < 0) return;
  const [first, last] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
  selected = new Set([...selected, ...all.slice(first, last + 1)]);
  anchor ??= id;
  requestRender();
};
