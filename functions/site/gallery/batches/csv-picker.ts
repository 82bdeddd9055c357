import { openCsv } from './new-batch.ts';

// Referenced here, or it may be garbage-collected while its dialog is open.
let open: HTMLInputElement | undefined;

export const openCsvPicker = (): void => {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.csv,.tsv,.txt,text/csv';
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file) void openCsv(file);
  });
  open = input;
  open.click();
};
