import { openCsv } from '../batches/new-batch.ts';
import { notify } from '../parts/notices.ts';
import { navigate } from '../parts/route.ts';
import { isSystemFile } from './file-types.ts';
import { uploads } from './uploads.ts';

/** Files that were dropped, pasted or picked: pictures are uploaded, a CSV becomes a batch. */
export const addFiles = (files: readonly File[]): void => {
  const wanted = files.filter(({ name }) => !isSystemFile(name));
  const csvFiles = wanted.filter(isCsv);
  const rest = wanted.filter((file) => !isCsv(file));
  if (rest.length > 0) {
    uploads.add(rest);
    if (csvFiles.length === 0) navigate({ view: 'pictures' });
  }
  const [table] = csvFiles;
  if (table) {
    if (csvFiles.length > 1) notify('One CSV at a time: only the first was opened.');
    navigate({ view: 'batches' });
    void openCsv(table);
  } else if (wanted.length === 0) notify('The drop contained no files.');
};

const isCsv = ({ name, type }: File): boolean => /\.(csv|tsv)$/i.test(name) || type === 'text/csv';
