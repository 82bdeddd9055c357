import type { Locator, Page } from 'playwright-core';

type Point = { x: number; y: number };

/** Fingers on the screen, as the browser gets them from the system: its own gestures and `touch-action` apply. */
export const openTouch = async (page: Page) => {
  const debug = await page.context().newCDPSession(page);
  const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', fingers: readonly Point[] = []) =>
    debug.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: fingers.map((point, id) => ({ ...point, id })),
    });
  /** From the first places to the last ones, one step after the other. */
  const drag = async (...steps: readonly (readonly Point[])[]) => {
    const [start = [], ...moves] = steps;
    await send('touchStart', start);
    for (const fingers of moves) await send('touchMove', fingers);
    await send('touchEnd');
  };
  return {
    drag,
    /** Holds a finger on an element until `isOver`. */
    hold: async (element: Locator, isOver: () => Promise<unknown>) => {
      await element.scrollIntoViewIfNeeded();
      await send('touchStart', [await middle(element)]);
      await isOver();
      await send('touchEnd');
    },
    swipe: async (element: Locator, distance: number) => {
      const { x, y } = await middle(element);
      const at = (share: number) => [{ x: x + distance * (share - 0.5), y }];
      await drag(at(0), at(0.3), at(0.7), at(1));
    },
    /** Two fingers, so many pixels apart at first and in the end. */
    pinch: async (element: Locator, from: number, to: number) => {
      const { x, y } = await middle(element);
      const apart = (pixels: number) => [
        { x: x - pixels / 2, y },
        { x: x + pixels / 2, y },
      ];
      await drag(apart(from), apart((from + to) / 2), apart(to));
    },
  };
};

const middle = async (element: Locator): Promise<Point> => {
  const box = await element.boundingBox();
  if (!box) throw new Error('The element is not on the screen.');
  return { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
};
