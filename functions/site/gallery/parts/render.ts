/**
 * The state of the gallery is in plain objects. Code that changes it requests a rendering of the
 * whole page, which happens at most once per frame.
 */
let render = () => {};
let isScheduled = false;

export const setRenderer = (renderer: () => void): void => {
  render = renderer;
  requestRender();
};

export const requestRender = (): void => {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    render();
  });
};
