import { openCsv } from '../batches/new-batch.ts';
import { notify } from '../parts/notices.ts';
import { go } from '../parts/route.ts';
import { isLitter } from './file-types.ts';
import { uploads } from './uploads.ts';

/** Whatever was dropped, pasted or chosen: pictures are uploaded, a CSV becomes a batch. */
export const takeFiles = (files: readonly File[]): void => {
  const wanted = files.filter(({ name }) => !isLitter(name));
  const tables = wanted.filter(isCsv);
  const rest = wanted.filter((file) => !isCsv(file));
  if (rest.length > 0) {
    uploads.add(rest);
    if (tables.length === 0) go({ view: 'pictures' });
  }
  const [table] = tables;
  if (table) {
    if (tables.length > 1) notify('One CSV at a time: only the first was taken.');
    go({ view: 'batches' });
    void openCsv(table);
  } else if (wanted.length === 0) notify('There was no file in what was dropped.');
};

const isCsv = ({ name, type }: File): boolean => /\.(csv|tsv)$/i.test(name) || type === 'text/csv';
