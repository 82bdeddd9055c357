import { ApiError, toMessage, UnreachableError } from '../parts/api.ts';
import { requestRender } from '../parts/render.ts';
import { pictures } from '../pictures/pictures.ts';
import { pollSoon } from '../pictures/polling.ts';
import { queuedPicture } from '../pictures/queued-picture.ts';
import { findPreview, makePreview, storePreview } from './previews.ts';
import { sendFile } from './send-file.ts';
import { uploadQueue } from './upload-queue.ts';

/** Shown while the file is being sent, and in the sheet until its thumbnail is there. */
const previewOnce = async (uploadId: number, file: File) => {
  const known = findPreview(uploadId);
  if (known) return known; // a retry
  const preview = await makePreview(file);
  if (preview) storePreview(uploadId, preview);
  requestRender();
  return preview;
};

/** Ids of the pictures in the list of uploads, to be polled. */
export const uploadedIds = (): readonly string[] =>
  uploads.all().flatMap(({ imageId }) => (imageId ? [imageId] : []));

/** The uploads of this page. */
export const uploads = uploadQueue<File>({
  onChange: requestRender,
  toMessage: (error) =>
    error instanceof ApiError || error instanceof UnreachableError
      ? toMessage(error)
      : 'S3 cannot be reached.',
  send: async (file, { id: uploadId, ...sending }) => {
    const [id, preview] = await Promise.all([sendFile(file, sending), previewOnce(uploadId, file)]);
    if (preview) storePreview(id, preview);
    pictures.expect(queuedPicture(id, { name: file.name, size: file.size, source: 'presigned' }));
    pollSoon();
    return id;
  },
});

// The browser shows its own confirmation dialog.
addEventListener('beforeunload', (event) => {
  const isBusy = uploads.all().some(({ state }) => state === 'waiting' || state === 'sending');
  if (isBusy) event.preventDefault();
});
