import { describe, expect, test } from 'vitest';
import { sign } from '#lib/delivery/signature.ts';
import { deliveryHarness } from '#test/support/delivery-harness.ts';

const secret = 'a-secret-of-sixteen';
const signed = { kind: 'signed', secrets: [secret] } as const;

describe('find a variant', () => {
  test('on a private stage every invalid link gets the same response, for every image and preset', async () => {
    const { imageId, find } = await deliveryHarness({ access: signed });
    const right = sign({ imageId, preset: 'large', v: '', e: '' }, secret);
    const refusals = await Promise.all(
      [
        find(imageId, 'large'),
        find(imageId, 'large', { s: `${right}x` }),
        find(imageId, 'small', { s: right }),
        find('unknown', 'large', { s: right }),
        find(imageId, 'nothing'),
        find(imageId, 'large', { ending: 'gif' }),
        find(imageId, 'large', {
          e: '1000',
          s: sign({ imageId, preset: 'large', v: '', e: '1000' }, secret),
        }),
      ].map((attempt) => attempt.catch((problem) => [problem.code, problem.message])),
    );
    expect(new Set(refusals.map(String)).size).toBe(1);
    expect(refusals[0]).toMatchObject(['invalid_link', expect.stringContaining('not valid')]);
    await expect(find(imageId, 'large', { s: right })).resolves.toMatchObject({ isCurrent: false });
  });

  test('with a valid signature an unknown preset, extension or image is not found', async () => {
    const { imageId, find } = await deliveryHarness({ access: signed });
    const findSigned = (id: string, preset: string, ending?: string) =>
      find(id, preset, { ending, s: sign({ imageId: id, preset, v: '', e: '' }, secret) });
    await expect(findSigned(imageId, 'huge')).rejects.toThrow(
      'There is no preset huge. There are small, medium, large, card, w160',
    );
    await expect(findSigned(imageId, 'large', 'gif')).rejects.toThrow('There is no ending .gif.');
    await expect(findSigned('unknown', 'large')).rejects.toThrow('Image not found');
  });

  test('one signature is valid for every extension', async () => {
    const { imageId, find } = await deliveryHarness({ access: signed });
    const s = sign({ imageId, preset: 'large', v: '', e: '' }, secret);
    for (const ending of ['jpg', 'webp', 'avif', 'png'])
      await expect(find(imageId, 'large', { ending, s })).resolves.toMatchObject({
        encoding: ending,
        isNegotiated: false,
      });
  });

  test('a link is current only if it names the stored version', async () => {
    const { imageId, find, change } = await deliveryHarness();
    const { version } = await find(imageId, 'large');
    expect(await find(imageId, 'large', { v: version })).toMatchObject({ isCurrent: true });
    await change(imageId, { focalPoint: { x: 0.1, y: 0.2 } });
    expect(await find(imageId, 'large', { v: version })).toMatchObject({ isCurrent: false });
  });

  test('on a public stage, too, a link with an expiry expires', async () => {
    const { imageId, find } = await deliveryHarness();
    await expect(find(imageId, 'large', { e: '1000' })).rejects.toThrow('not valid');
  });

  test('the preset optimized exists for images of a batch only', async () => {
    const { imageId, find, change } = await deliveryHarness();
    await expect(find(imageId, 'optimized')).rejects.toThrow('no preset optimized');
    await change(imageId, { source: 'batch' });
    await expect(find(imageId, 'optimized')).resolves.toMatchObject({ encoding: 'jpg' });
  });

  test('a rendition that ingest is about to make gets a response to retry later, any other variant is available at once', async () => {
    const { app, find } = await deliveryHarness();
    const { imageId } = await app.upload('another photo');
    await expect(find(imageId, 'small')).rejects.toMatchObject({ retryAfterSeconds: 2 });
    await expect(find(imageId, 'large')).resolves.toMatchObject({ encoding: 'jpg' });
  });

  test('a picture not yet inspected gets a response to retry later, a refused one does not', async () => {
    const { app, find, imageId, change } = await deliveryHarness();
    const dropped = await app.drop('dropped.jpg', 'another photo');
    await expect(find(dropped?.imageId ?? '', 'large')).rejects.toMatchObject({
      code: 'thumbnail_not_ready',
      retryAfterSeconds: 2,
    });
    await change(imageId, { rejected: { kind: 'contents', reason: 'It is no picture.' } });
    await expect(find(imageId, 'large')).rejects.toMatchObject({
      code: 'unreadable_file',
      message: 'It is no picture.',
    });
  });

  test('the fallback format is JPEG, except where the picture may be transparent', async () => {
    const { imageId, find, change } = await deliveryHarness();
    expect(await find(imageId, 'large', { accept: '*/*' })).toMatchObject({ encoding: 'jpg' });
    await change(imageId, { metadata: { width: 4000, height: 3000, format: 'png' } });
    expect(await find(imageId, 'large', { accept: '*/*' })).toMatchObject({ encoding: 'auto' });
    expect(await find(imageId, 'large', { accept: 'image/avif' })).toMatchObject({
      encoding: 'avif',
      isNegotiated: true,
    });
  });
});
