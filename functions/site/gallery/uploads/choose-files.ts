import { takeFiles } from './take-files.ts';

const inputOf = (isFolder: boolean): HTMLInputElement => {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  if (isFolder) input.webkitdirectory = true;
  else input.accept = 'image/*,.tif,.tiff,.avif,.csv';
  input.addEventListener('change', () => takeFiles([...(input.files ?? [])]));
  return input;
};

// Kept, since a browser may drop one that nobody holds while its dialog is open.
let open: HTMLInputElement | undefined;

export const chooseFiles = (): void => {
  open = inputOf(false);
  open.click();
};

export const chooseFolder = (): void => {
  open = inputOf(true);
  open.click();
};
