import { ApiError, request } from '../parts/api.ts';
import { detectType } from './file-types.ts';
import { RejectedError } from './upload-queue.ts';

type PresignedForm = { image_id: string; url: string; fields: Record<string, string> };
type SendOptions = { onProgress: (sentBytes: number) => void; signal: AbortSignal };

/** Requests a presigned form, and posts the file to S3; resolves with the image's id. */
export const sendFile = async (
  file: File,
  { onProgress, signal }: SendOptions,
): Promise<string> => {
  const json = { filename: file.name, content_type: detectType(file), size_bytes: file.size };
  const options = { method: 'POST', json, signal } as const;
  const { data } = await request<PresignedForm>('api/uploads', options).catch((error: unknown) => {
    const isFinal = error instanceof ApiError && [400, 413, 415, 422].includes(error.status);
    throw isFinal ? new RejectedError(error.message) : error;
  });
  const form = new FormData();
  for (const [name, value] of Object.entries(data.fields)) form.append(name, value);
  form.append('file', file); // must be last: S3 ignores the fields after it
  await post(data.url, form, { onProgress, signal });
  return data.image_id;
};

/** XMLHttpRequest, since fetch() has no upload progress. */
const post = (url: string, form: FormData, { onProgress, signal }: SendOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
    request.addEventListener('load', () => {
      if (request.status < 300) return resolve();
      const reason = parseS3Error(request.responseText);
      // 403: the form has expired, and a retry requests another. 5xx may be temporary.
      const isFinal = request.status < 500 && request.status !== 403 && request.status !== 429;
      reject(isFinal ? new RejectedError(reason) : new ApiError(reason, request.status));
    });
    request.addEventListener('error', () => reject(new Error('S3 cannot be reached.')));
    request.addEventListener('abort', () => reject(signal.reason));
    signal.addEventListener('abort', () => request.abort());
    if (signal.aborted) return reject(signal.reason);
    request.send(form);
  });

/** The sentence in S3's XML. */
const parseS3Error = (xml: string): string => {
  const answer = new DOMParser().parseFromString(xml, 'text/xml');
  return answer.querySelector('Message')?.textContent || 'S3 rejected the file.';
};
