/** Pixels are those of the page; a scale of 1 is the whole picture in its frame. */
export type Zoom = { scale: number; x: number; y: number };
export type Point = { x: number; y: number };

const maxScale = 8;

/**
 * The zoom that leaves the point under the pointer in place. `at` is measured from the middle of
 * the frame, and the picture may not leave its frame.
 */
export const zoomAt = (
  { scale, x, y }: Zoom,
  factor: number,
  at: Point,
  frame: { width: number; height: number },
): Zoom => {
  const next = Math.min(maxScale, Math.max(1, scale * factor));
  const ratio = next / scale;
  return clampToFrame(
    { scale: next, x: at.x - (at.x - x) * ratio, y: at.y - (at.y - y) * ratio },
    frame,
  );
};

/** Moves a zoomed picture back so far that it fills its frame. */
export const clampToFrame = (
  { scale, x, y }: Zoom,
  { width, height }: { width: number; height: number },
): Zoom => {
  const limit = (value: number, size: number) => {
    const maxOffset = ((scale - 1) * size) / 2;
    return Math.min(maxOffset, Math.max(-maxOffset, value)) || 0; // no -0
  };
  return { scale, x: limit(x, width), y: limit(y, height) };
};
