import { changed } from '../parts/draw.ts';
import { Refused, reasonOf, Unreachable } from '../parts/server.ts';
import { arrivingAs } from '../pictures/arriving.ts';
import { pictures } from '../pictures/pictures.ts';
import { lookSoon } from '../pictures/watch.ts';
import { sendFile } from './send-file.ts';
import { uploadQueue } from './upload-queue.ts';

/** The uploads of this page. */
export const uploads = uploadQueue<File>({
  changed,
  reasonOf: (error) =>
    error instanceof Refused || error instanceof Unreachable
      ? reasonOf(error)
      : 'The store cannot be reached.',
  send: async (file, sending) => {
    const id = await sendFile(file, sending);
    pictures.expect(arrivingAs(id, { name: file.name, size: file.size, source: 'presigned' }));
    lookSoon();
  },
});

// The browser asks whether to leave, in its own words.
addEventListener('beforeunload', (event) => {
  const isBusy = uploads.all().some(({ state }) => state === 'waiting' || state === 'sending');
  if (isBusy) event.preventDefault();
});
