import { describe, expect, test } from 'vitest';
import { toImageView } from '#lib/http/image-view.ts';
import { patchImage } from '#lib/images/patch-image.ts';
import { aCaption, appHarness } from '#test/support/app-harness.ts';
import { deliveryHarness } from '#test/support/delivery-harness.ts';
import { linksTo } from '#test/support/links-builder.ts';

const options = await linksTo('https://api.example');

describe('patch an image', () => {
  test("a person's caption is shown instead of the model's, whichever is written last, and can be removed", async () => {
    const app = appHarness();
    const { imageId, key } = await app.upload('a photo');
    const readCaption = async () => {
      const { caption, caption_by } = toImageView(await app.image(imageId), options);
      return [caption, caption_by];
    };
    await patchImage(imageId, { caption: 'My holiday.' }, app.deps);
    expect(await readCaption()).toEqual(['My holiday.', 'person']);
    await app.register(key);
    await app.finish();
    expect(await readCaption()).toEqual(['My holiday.', 'person']);
    await patchImage(imageId, { caption: null }, app.deps);
    expect(await readCaption()).toEqual([aCaption.text, 'model']);
  });

  test('what is not given stays as it is', async () => {
    const app = appHarness();
    const { imageId } = await app.upload('a photo');
    await patchImage(imageId, { caption: 'Mine.', focalPoint: { x: 0.1, y: 0.9 } }, app.deps);
    await patchImage(imageId, { caption: 'Ours.' }, app.deps);
    expect(await app.image(imageId)).toMatchObject({ focalPoint: { x: 0.1, y: 0.9 } });
    const { caption, focal_point } = toImageView(
      await patchImage(imageId, { focalPoint: null }, app.deps),
      options,
    );
    expect({ caption, focal_point }).toEqual({ caption: 'Ours.', focal_point: null });
  });

  test('a focal point is stored to a ten-thousandth, which DynamoDB can hold', async () => {
    const app = appHarness();
    const { imageId } = await app.upload('a photo');
    await patchImage(imageId, { focalPoint: { x: 2.1e-278, y: 0.123456 } }, app.deps);
    expect((await app.image(imageId))?.focalPoint).toEqual({ x: 0, y: 0.1235 });
  });

  test('a new focal point gives new links, and removes the variants cropped around the old one', async () => {
    const { imageId, get, find, deps, app, renders } = await deliveryHarness();
    await get(imageId, 'card', { ending: 'jpg' });
    const before = await find(imageId, 'card');
    const image = await patchImage(imageId, { focalPoint: { x: 0, y: 0 } }, deps);

    expect(deps.variants.keys()).toEqual([]);
    expect(app.purged).toEqual([imageId]);
    expect(await find(imageId, 'card', { v: before.version })).toMatchObject({ isCurrent: false });
    await get(imageId, 'card', { ending: 'jpg' });
    expect(renders.map(({ crop }) => crop)).toEqual([
      'attention',
      { width: 400, height: 300, left: 0, top: 0 },
    ]);
    await patchImage(imageId, { focalPoint: image.focalPoint }, deps); // sent a second time
    expect(deps.variants.keys()).toHaveLength(1);
  });

  test('a new picture under the same key has neither the caption nor the focal point of the old one', async () => {
    const app = appHarness({ captions: false });
    const first = await app.drop('beach.jpg', 'a photo');
    const imageId = first?.imageId ?? '';
    await patchImage(imageId, { caption: 'Mine.', focalPoint: { x: 0, y: 0 } }, app.deps);
    await app.drop('beach.jpg', 'another photo');
    const { caption, focal_point } = toImageView(await app.image(imageId), options);
    expect({ caption, focal_point }).toEqual({ caption: null, focal_point: null });
  });

  test('an image that never existed or was deleted is not found', async () => {
    const app = appHarness();
    const { imageId } = await app.upload('a photo');
    await app.remove(imageId);
    for (const id of [imageId, 'unknown'])
      await expect(patchImage(id, { caption: 'x' }, app.deps)).rejects.toThrow('Image not found');
  });
});
