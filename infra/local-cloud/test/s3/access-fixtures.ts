import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { openS3 } from './s3-harness.ts';

export const Bucket = 'pictures';

export type Form = Awaited<ReturnType<typeof createPresignedPost>>;

export type Wanted = Partial<Parameters<typeof createPresignedPost>[1]>;

export const presignPost = async (wanted: Wanted = {}) => {
  const s3 = await openS3();
  const form = await createPresignedPost(s3.client, {
    Bucket,
    Key: 'uploads/a.jpg',
    Conditions: [['content-length-range', 1, 1000]],
    Expires: 60,
    ...wanted,
  });
  return { ...s3, form };
};

export const send = async (
  { url, fields }: Form,
  file: string | Uint8Array<ArrayBuffer>,
  extra: Record<string, string> = {},
) => {
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...extra })) body.append(name, value);
  body.append('file', new Blob([file]), 'my picture.jpg');
  const answer = await fetch(url, { method: 'POST', body, headers: { origin: 'http://page' } });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, code: readCode(text) };
};

const readCode = (xml: string) => /<Code>(\w+)<\/Code>/.exec(xml)?.[1];
