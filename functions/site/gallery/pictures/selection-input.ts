import { isDetailOpen, navigate, picturesRoute } from '../parts/route.ts';
import { pictures } from './pictures.ts';
import { hasSelection, selectOnly, selectRange, toggleSelected } from './selection.ts';

const longPressMs = 450;
/** A finger that moves further, in pixels, scrolls. */
const maxMovement = 10;

let press: { timer: ReturnType<typeof setTimeout>; x: number; y: number } | undefined;
/** The id of a picture that was long-pressed: the click that follows must not open or toggle it. */
let longPressed: string | undefined;

const allIds = (): string[] => pictures.all().map(({ image_id: id }) => id);

/** Click opens; with Ctrl, or while there is a selection, it toggles; with Shift it selects a range. */
export const onTileClick = (event: MouseEvent, id: string): void => {
  const wasLongPressed = longPressed === id;
  longPressed = undefined;
  if (wasLongPressed) return;
  if (event.shiftKey) selectRange(id, allIds());
  else if (event.ctrlKey || event.metaKey || hasSelection()) toggleSelected(id);
  else navigate(picturesRoute(id));
};

export const onCheckboxClick = (event: MouseEvent, id: string): void => {
  if (event.shiftKey) selectRange(id, allIds());
  else toggleSelected(id);
};

/** A long press selects: for touch, where there is no Ctrl and no hover. */
export const onTilePointerDown = (event: PointerEvent, id: string): void => {
  longPressed = undefined;
  if (event.pointerType !== 'touch') return;
  const timer = setTimeout(() => {
    press = undefined;
    longPressed = id;
    toggleSelected(id);
  }, longPressMs);
  press = { timer, x: event.clientX, y: event.clientY };
};

export const onTilePointerMove = ({ clientX, clientY }: PointerEvent): void => {
  if (press && Math.hypot(clientX - press.x, clientY - press.y) > maxMovement) endPress();
};

export const endPress = (): void => {
  clearTimeout(press?.timer);
  press = undefined;
};

/** A long press would open the browser's menu too. */
export const onTileContextMenu = (event: Event): void => {
  if (press !== undefined || longPressed !== undefined) event.preventDefault();
};

/** Selects from the picture that had the focus to the one that the arrow keys led to. */
export const extendSelection = (fromId: string, toId: string): void => {
  if (!hasSelection()) toggleSelected(fromId);
  selectRange(toId, allIds());
};

/** Ctrl+A and Esc, wherever the focus is on the sheet. */
export const listenForSelectionKeys = (): void => {
  addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof Element && event.target.closest('input, textarea');
    if (isTyping || isDetailOpen() || document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape' && hasSelection()) selectOnly([]);
    else if ((event.ctrlKey || event.metaKey) && event.key === 'a' && isOnSheet())
      selectOnly(allIds());
    else return;
    event.preventDefault();
  });
};

const isOnSheet = (): boolean => document.querySelector('.sheet') !== null;
