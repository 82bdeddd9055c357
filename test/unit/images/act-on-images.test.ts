import { expect, it } from 'vitest';
import { actOnImages } from '#lib/images/act-on-images.ts';
import { notFound } from '#lib/not-found.ts';

it('actions on several images have one outcome for each, whatever the others come to', async () => {
  const reported: string[] = [];
  const act = async (imageId: string) => {
    if (imageId === 'unknown') throw notFound('image_not_found');
    if (imageId === 'unlucky') throw new Error('The table was throttled.');
  };
  const deps = {
    act: { delete: act, retry: act },
    reportFailure: (imageId: string, error: unknown) => void reported.push(`${imageId}: ${error}`),
  };
  const imageIds = ['one', 'unknown', 'unlucky', 'two'];

  expect(await actOnImages({ action: 'delete', imageIds }, deps)).toEqual([
    { imageId: 'one', status: 200 },
    {
      imageId: 'unknown',
      status: 404,
      failure: { error: 'Image not found', code: 'image_not_found' },
    },
    {
      imageId: 'unlucky',
      status: 500,
      failure: {
        error: 'Something went wrong on our side. Please try again.',
        code: 'internal_error',
      },
    },
    { imageId: 'two', status: 200 },
  ]);
  expect(reported).toEqual(['unlucky: Error: The table was throttled.']);
  expect(await actOnImages({ action: 'retry', imageIds: ['one'] }, deps)).toEqual([
    { imageId: 'one', status: 202 },
  ]);
});
