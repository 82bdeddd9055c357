import { requestRender } from '../parts/render.ts';

export const densities = ['small', 'medium', 'large'] as const;
export type Density = (typeof densities)[number];

const storageKey = 'density';
/** Pixels; smaller on a phone. */
const rowHeights: Record<Density, number> = { small: 120, medium: 200, large: 320 };
const phoneFactor = 0.62;
const phoneWidth = 640;

const readStored = (): Density => {
  try {
    const stored = localStorage.getItem(storageKey);
    return densities.find((each) => each === stored) ?? 'medium';
  } catch {
    return 'medium'; // storage is blocked
  }
};

let current = readStored();

/** How large the pictures of the sheet are. */
export const density = (): Density => current;

export const setDensity = (next: Density): void => {
  current = next;
  try {
    localStorage.setItem(storageKey, next);
  } catch {
    // Storage is blocked: it lasts until the page is left.
  }
  requestRender();
};

/** The height of a row that the layout aims at, in pixels. */
export const targetRowHeight = (): number =>
  Math.round(rowHeights[current] * (innerWidth < phoneWidth ? phoneFactor : 1));
