import { addFiles } from './add-files.ts';

const createInput = (isFolder: boolean): HTMLInputElement => {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  if (isFolder) input.webkitdirectory = true;
  else input.accept = 'image/*,.tif,.tiff,.avif,.csv';
  input.addEventListener('change', () => addFiles([...(input.files ?? [])]));
  return input;
};

// Referenced here, or it may be garbage-collected while its dialog is open.
let open: HTMLInputElement | undefined;

export const openFilePicker = (): void => {
  open = createInput(false);
  open.click();
};

export const openFolderPicker = (): void => {
  open = createInput(true);
  open.click();
};
