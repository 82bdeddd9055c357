import { describe, expect, it } from 'vitest';
import { rowImageId } from '#lib/batches/row.ts';
import { BatchDetailsView, toBatchView, toProductView } from '#lib/http/batch-view.ts';
import { aBatch, aRow } from '#test/support/batch-builder.ts';
import { linksTo } from '#test/support/links-builder.ts';

const none = { products: 0, images: 0, failed: 0 };
const { linkTo } = await linksTo('https://api.example');
const options = { requestId: aBatch().requestId, linkTo };

describe('a product', () => {
  it('shows the state of each URL', () => {
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(
      (name) => `https://s.example/${name}.jpg`,
    );
    if (!a || !b || !c || !d || !e) throw new Error('URLs are missing.');
    const row = aRow(3, {
      serialNumber: '3.',
      images: [
        { state: 'pending', inputUrl: a },
        { state: 'fetched', inputUrl: b },
        { state: 'completed', inputUrl: c, etag: 'an-etag' },
        { state: 'failed', inputUrl: d, reason: 'It answered 404.', fetched: false },
        { state: 'failed', inputUrl: e, reason: 'It is text.', fetched: true },
      ],
    });
    const pickImageId = (index: number, url: string) =>
      rowImageId({ requestId: options.requestId, number: 3, index }, url);

    const view = toProductView(row, options);

    BatchDetailsView.parse({ ...toBatchView(aBatch(), none), products: [view] });
    const nowhere = { output_url: null, error: null, error_code: null };
    expect(view).toEqual({
      serial_number: '3.',
      product_name: 'SKU3',
      status: 'processing',
      images: [
        { input_url: a, image_id: null, status: 'pending', ...nowhere },
        { input_url: b, image_id: pickImageId(1, b), status: 'processing', ...nowhere },
        {
          input_url: c,
          image_id: pickImageId(2, c),
          status: 'completed',
          error: null,
          error_code: null,
          output_url: expect.stringMatching(
            new RegExp(`^https://api.example/i/${pickImageId(2, c)}/optimized\\?v=[\\w-]{14}$`),
          ),
        },
        {
          input_url: d,
          image_id: null,
          status: 'failed',
          error: 'It answered 404.',
          error_code: 'not_fetched',
          output_url: null,
        },
        {
          input_url: e,
          image_id: pickImageId(4, e),
          status: 'failed',
          error: 'It is text.',
          error_code: 'unreadable_file',
          output_url: null,
        },
      ],
    });
  });
});
