import { openCsv } from './new-batch.ts';

// Kept, since a browser may drop one that nobody holds while its dialog is open.
let open: HTMLInputElement | undefined;

export const chooseCsv = (): void => {
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
