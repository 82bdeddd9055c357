/** For ref(): opens a modal dialog. lit calls it before the dialog is in the document. */
export const modal = (element: Element | undefined): void => {
  queueMicrotask(() => {
    if (!(element instanceof HTMLDialogElement)) return;
    if (element.isConnected && !element.open) element.showModal();
  });
};
