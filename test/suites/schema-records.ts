import { setTimeout as wait } from 'node:timers/promises';
import sharp from 'sharp';
import { z } from 'zod';

const Answer = z.object({
  data: z.looseObject({
    image_id: z.string().optional(),
    init_id: z.string().optional(),
    request_id: z.string().optional(),
    status: z.string().nullish(),
  }),
});

export type Ids = { imageId: string; initId: string; requestId: string };

/** A picture with its thumbnails, an edit process and a batch, whose ids fuzzed requests can name. */
export const createRecords = async (baseUrl: string, apiKey: string): Promise<Ids> => {
  const call = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set('x-api-key', apiKey);
    const response = await fetch(`${baseUrl}${path}`, { ...init, headers });
    return Answer.parse(await response.json()).data;
  };
  const fileForm = (name: string, bytes: string | Uint8Array<ArrayBuffer>) => {
    const body = new FormData();
    body.append('file', new Blob([bytes]), name);
    return { method: 'POST', body };
  };
  const background = { r: 200, g: 120, b: 40 };
  const picture = sharp({ create: { width: 640, height: 480, channels: 3, background } });
  const bytes = new Uint8Array(await picture.jpeg().toBuffer());
  const csv = 'S. No.,Product Name,Input Image Urls\n1,A lamp,http://127.0.0.1:9/lamp.jpg\n';
  const [{ image_id = '' }, { init_id = '' }, { request_id = '' }] = await Promise.all([
    call('/api/images', fileForm('lamp.jpg', bytes)),
    call('/api/processes', { method: 'POST' }),
    call('/api/batches', fileForm('lamps.csv', csv)),
  ]);
  for (let status: string | null | undefined; status !== 'done'; await wait(100))
    status = (await call(`/api/images/${image_id}`)).status;
  return { imageId: image_id, initId: init_id, requestId: request_id };
};

/** The contents of schemathesis.toml. DELETE gets an id without an image, so that the picture stays. */
export const formatConfig = ({ imageId, initId, requestId }: Ids): string =>
  [
    '[parameters]',
    `"path.image_id" = "${imageId}"`,
    `"path.init_id" = "${initId}"`,
    `"path.request_id" = "${requestId}"`,
    `"path.filename" = "${imageId}.jpg"`,
    '[[operations]]',
    'include-name = "DELETE /api/images/{image_id}"',
    `parameters = { "path.image_id" = "${'a'.repeat(26)}" }`,
    '',
  ].join('\n');
