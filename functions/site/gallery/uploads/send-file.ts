import { ask, Refused } from '../parts/server.ts';
import { typeOf } from './file-types.ts';
import { NotTaken } from './upload-queue.ts';

type Invitation = { image_id: string; url: string; fields: Record<string, string> };
type Sending = { onProgress: (sentBytes: number) => void; signal: AbortSignal };

/** Asks for a form, and posts the file straight into the store; resolves with the image's id. */
export const sendFile = async (file: File, { onProgress, signal }: Sending): Promise<string> => {
  const json = { filename: file.name, content_type: typeOf(file), size_bytes: file.size };
  const wish = { method: 'POST', json, signal } as const;
  const { data } = await ask<Invitation>('api/uploads', wish).catch((error: unknown) => {
    const isFinal = error instanceof Refused && [400, 413, 415, 422].includes(error.status);
    throw isFinal ? new NotTaken(error.message) : error;
  });
  const form = new FormData();
  for (const [name, value] of Object.entries(data.fields)) form.append(name, value);
  form.append('file', file); // S3 ignores whatever comes after it
  await post(data.url, form, { onProgress, signal });
  return data.image_id;
};

/** fetch() tells nothing of what it has sent so far, so this is the older way. */
const post = (url: string, form: FormData, { onProgress, signal }: Sending): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
    request.addEventListener('load', () => {
      if (request.status < 300) return resolve();
      const reason = reasonIn(request.responseText);
      // 403 is a form that is too old: the next try asks for another. 5xx may pass.
      const isFinal = request.status < 500 && request.status !== 403 && request.status !== 429;
      reject(isFinal ? new NotTaken(reason) : new Refused(reason, request.status));
    });
    request.addEventListener('error', () => reject(new Error('The store cannot be reached.')));
    request.addEventListener('abort', () => reject(signal.reason));
    signal.addEventListener('abort', () => request.abort());
    if (signal.aborted) return reject(signal.reason);
    request.send(form);
  });

/** The sentence in S3's XML. */
const reasonIn = (xml: string): string => {
  const answer = new DOMParser().parseFromString(xml, 'text/xml');
  return answer.querySelector('Message')?.textContent || 'The store did not take the file.';
};
