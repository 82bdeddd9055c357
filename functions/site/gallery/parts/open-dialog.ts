import { requestRender } from './render.ts';

export type DialogName = 'settings' | 'shortcuts';

let current: DialogName | undefined;
/** Where the focus was, to return it. */
let opener: Element | null = null;

export const openDialogName = (): DialogName | undefined => current;

export const openDialog = (name: DialogName): void => {
  opener = document.activeElement;
  current = name;
  requestRender();
};

export const closeDialog = (): void => {
  current = undefined;
  requestRender();
  const target = opener;
  requestAnimationFrame(() => {
    if (target instanceof HTMLElement && target.isConnected) target.focus();
  });
};

/** `?` opens the shortcuts, wherever nothing is being typed. */
export const listenForHelpKey = (): void => {
  addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof Element && event.target.closest('input, textarea');
    if (event.key !== '?' || isTyping || current) return;
    event.preventDefault();
    openDialog('shortcuts');
  });
};
