import { expect } from 'vitest';
import { z } from 'zod';
import { ImageRecord, type Named, theClient } from './client.ts';

export const darkroom = theClient();

export const Delivered = ImageRecord.extend({ srcset: z.string() });

const Link = z.object({ url: z.string(), expires_at: z.string().nullable() });

/** As an `<img>` on another origin requests it: without a key, without credentials. */
export const get = async (url: string, headers: Record<string, string> = {}, method = 'GET') => {
  const response = await fetch(url, { method, headers });
  return {
    status: response.status,
    headers: response.headers,
    body: Buffer.from(await response.arrayBuffer()),
  };
};

export const ended = async (file: Named) => {
  const { image_id } = await darkroom.uploadOne(file);
  await darkroom.ended(image_id);
  return Delivered.parse((await darkroom.json(`/api/images/${image_id}`)).data);
};

/** A link of one preset with a life of its own. */
export const linkTo = async (imageId: string, preset: string, more: object = {}) => {
  const { data, status } = await darkroom.json(`/api/images/${imageId}/links`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ preset, ...more }),
  });
  expect(status).toBe(201);
  return Link.parse(data).url;
};

export const fromSrcset = (srcset: string, width: number): string =>
  srcset
    .split(', ')
    .find((one) => one.endsWith(` ${width}w`))
    ?.split(' ')[0] ?? '';
