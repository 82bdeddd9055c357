import { requestRender } from '../parts/render.ts';
import { clampToFrame, type Point, type Zoom, zoomAt } from './zoom-math.ts';

const none: Zoom = { scale: 1, x: 0, y: 0 };
const doubleClickScale = 3;
/** The factor of one key press, and of 100 pixels of the wheel. */
const step = 1.5;
/** A finger that moves this far sideways, in pixels, shows another picture. */
const swipeDistance = 60;

let zoom: Zoom = none;
let frame: HTMLElement | undefined;
/** Fingers and buttons that are down, by pointer id. */
const pointers = new Map<number, Point>();
let swipeStart: Point | undefined;

export const currentZoom = (): Zoom => zoom;

/** For ref(): the element in which the picture is zoomed. */
export const zoomFrame = (element: Element | undefined): void => {
  frame = element instanceof HTMLElement ? element : undefined;
  pointers.clear();
};

const frameSize = () => ({ width: frame?.clientWidth ?? 0, height: frame?.clientHeight ?? 0 });

/** How wide the picture is now, in pixels of the page: what `sizes` of its image is set to. */
export const shownWidth = (ratio: number | undefined): number => {
  const { width = innerWidth, height = innerHeight } = frame ? frameSize() : {};
  const fitted = ratio === undefined ? width : Math.min(width, height * ratio);
  return Math.ceil(fitted * zoom.scale);
};

export const resetZoom = (): void => {
  if (zoom === none) return;
  zoom = none;
  requestRender();
};

const zoomBy = (factor: number, at: Point = { x: 0, y: 0 }): void => {
  zoom = zoomAt(zoom, factor, at, frameSize());
  requestRender();
};

const fromMiddle = ({ clientX, clientY }: { clientX: number; clientY: number }): Point => {
  const box = frame?.getBoundingClientRect();
  if (!box) return { x: 0, y: 0 };
  return { x: clientX - box.x - box.width / 2, y: clientY - box.y - box.height / 2 };
};

/** `+`, `-` and `0`; while zoomed the arrow keys move the picture. True where the key was used. */
export const zoomByKey = (key: string): boolean => {
  if (key === '+' || key === '=') zoomBy(step);
  else if (key === '-') zoomBy(1 / step);
  else if (key === '0') resetZoom();
  else if (zoom.scale > 1 && key.startsWith('Arrow')) panByKey(key);
  else return false;
  return true;
};

const panByKey = (key: string): void => {
  const by = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] }[
    key
  ];
  pan(by?.[0] ?? 0, by?.[1] ?? 0);
};

const pan = (dx: number, dy: number): void => {
  zoom = clampToFrame({ ...zoom, x: zoom.x + dx, y: zoom.y + dy }, frameSize());
  requestRender();
};

export const onWheel = (event: WheelEvent): void => {
  event.preventDefault();
  const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * 30;
  zoomBy(step ** (-pixels / 100), fromMiddle(event));
};

export const onDoubleClick = (event: MouseEvent): void => {
  if (event.target instanceof Element && event.target.closest('button')) return;
  if (zoom.scale > 1) resetZoom();
  else zoomBy(doubleClickScale, fromMiddle(event));
};

export const onPointerDown = (event: PointerEvent): void => {
  if (event.target instanceof Element && event.target.closest('button')) return;
  pointers.set(event.pointerId, fromMiddle(event));
  const isTouch = event.pointerType !== 'mouse';
  swipeStart = isTouch && pointers.size === 1 && zoom.scale === 1 ? fromMiddle(event) : undefined;
};

/** One pointer pans, two pinch. */
export const onPointerMove = (event: PointerEvent): void => {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const now = fromMiddle(event);
  const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
  pointers.set(event.pointerId, now);
  if (other) {
    const factor = Math.hypot(now.x - other.x, now.y - other.y) / distance(before, other);
    zoomBy(factor, { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  } else if (zoom.scale > 1) pan(now.x - before.x, now.y - before.y);
};

const distance = (one: Point, other: Point): number =>
  Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));

/** The direction of a swipe that ends with this pointer; undefined where there was none. */
export const onPointerUp = (event: PointerEvent): -1 | 1 | undefined => {
  const start = swipeStart;
  pointers.delete(event.pointerId);
  swipeStart = undefined;
  if (!start || zoom.scale > 1 || event.type === 'pointercancel') return undefined;
  const end = fromMiddle(event);
  const dx = end.x - start.x;
  if (Math.abs(dx) < swipeDistance || Math.abs(end.y - start.y) > Math.abs(dx)) return undefined;
  return dx > 0 ? -1 : 1;
};

/** Shows only the picture, or the page again. */
export const toggleFullScreen = async (): Promise<void> => {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await frame?.requestFullscreen().catch(() => {}); // not on every phone
};
