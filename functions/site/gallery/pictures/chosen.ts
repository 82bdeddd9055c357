import { changed } from '../parts/draw.ts';

/** The pictures that are ticked, in the order in which they were. */
let chosen: string[] = [];

export const chosenIds = (): readonly string[] => chosen;
export const isChosen = (id: string): boolean => chosen.includes(id);

export const toggleChosen = (id: string): void => {
  chosen = isChosen(id) ? chosen.filter((each) => each !== id) : [...chosen, id];
  changed();
};

export const chooseOnly = (ids: readonly string[]): void => {
  chosen = [...ids];
  changed();
};
