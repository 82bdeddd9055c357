import { ApiError, toMessage, UnreachableError } from '../parts/api.ts';
import { requestRender } from '../parts/render.ts';
import { pictures } from '../pictures/pictures.ts';
import { pollSoon } from '../pictures/polling.ts';
import { queuedPicture } from '../pictures/queued-picture.ts';
import { sendFile } from './send-file.ts';
import { uploadQueue } from './upload-queue.ts';

/** The uploads of this page. */
export const uploads = uploadQueue<File>({
  onChange: requestRender,
  toMessage: (error) =>
    error instanceof ApiError || error instanceof UnreachableError
      ? toMessage(error)
      : 'S3 cannot be reached.',
  send: async (file, sending) => {
    const id = await sendFile(file, sending);
    pictures.expect(queuedPicture(id, { name: file.name, size: file.size, source: 'presigned' }));
    pollSoon();
  },
});

// The browser shows its own confirmation dialog.
addEventListener('beforeunload', (event) => {
  const isBusy = uploads.all().some(({ state }) => state === 'waiting' || state === 'sending');
  if (isBusy) event.preventDefault();
});
