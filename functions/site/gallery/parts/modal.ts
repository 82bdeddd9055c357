/** For ref(): opens a dialog over everything else. lit calls it before the dialog is in the page. */
export const modal = (element: Element | undefined): void => {
  queueMicrotask(() => {
    if (!(element instanceof HTMLDialogElement)) return;
    if (element.isConnected && !element.open) element.showModal();
  });
};
