/**
 * The gallery keeps what it knows in plain objects, and draws all of it again, at most once per
 * frame, when somebody says that something has changed.
 */
let draw = () => {};
let isAsked = false;

export const drawWith = (drawing: () => void): void => {
  draw = drawing;
  changed();
};

export const changed = (): void => {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    draw();
  });
};
