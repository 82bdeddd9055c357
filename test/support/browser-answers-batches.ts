import { fakeImageId } from './browser-answers.ts';

/** A batch as API.md shows it: three of four pictures are done, and its webhook was refused once. */
export const aBatchView = (only: Record<string, unknown> = {}) => ({
  request_id: '0d4e2f4e-6a3c-4a51-9a53-0d6f6f1f2c11',
  status: 'completed_with_errors',
  progress: {
    total_products: 2,
    processed_products: 2,
    total_images: 4,
    processed_images: 4,
    failed_images: 1,
    percentage: 100,
  },
  message: 'All rows have ended; 1 of 4 images failed.',
  csv_filename: 'autumn-catalogue.csv',
  created_at: '2026-11-20T09:00:00.000Z',
  updated_at: '2026-11-20T09:01:00.000Z',
  webhook_url: 'https://shop.example/hooks/darkroom',
  webhook: {
    state: 'delivered',
    next_attempt_at: null,
    attempts: [
      { at: '2026-11-20T09:01:00.000Z', status: 503, error: 'The receiver answered 503.' },
      { at: '2026-11-20T09:01:05.000Z', status: 204, error: null },
    ],
  },
  errors: [],
  products: [
    {
      serial_number: '1',
      product_name: 'Enamel mug, cream',
      status: 'completed',
      images: [outcome(1), outcome(2)],
    },
    {
      serial_number: '2',
      product_name: 'Linen apron',
      status: 'completed_with_errors',
      images: [
        outcome(3),
        {
          input_url: 'https://img.example/apron-back.jpg',
          output_url: null,
          image_id: null,
          status: 'failed',
          error: 'The server answered 404.',
        },
      ],
    },
  ],
  ...only,
});

const outcome = (index: number) => ({
  input_url: `https://img.example/catalogue/2026/autumn/picture-${index}.jpg`,
  output_url: `http://elsewhere.example/api/image/${fakeImageId(index)}.jpg`,
  image_id: fakeImageId(index),
  status: 'completed',
  error: null,
});

/** The pages of a batch that was cancelled before its last product. */
export const aCancelledBatch = (cursor: string | null) => ({
  data: aBatchView({
    status: 'cancelled',
    message: 'The batch was cancelled; 4 of 5 images were processed.',
    ...(cursor && { products: [aCancelledProduct] }),
  }),
  next: cursor ? null : 'second',
});

const aCancelledProduct = {
  serial_number: '3',
  product_name: 'Oak board',
  status: 'cancelled',
  images: [
    {
      input_url: 'https://img.example/board.jpg',
      output_url: null,
      image_id: null,
      status: 'cancelled',
      error: 'The batch was cancelled before this picture was processed.',
    },
  ],
};

/** One that works, and one whose receiver is gone. */
export const someWebhooks = [
  {
    webhook_id: '7c1e7d1c-5d0a-4f2e-8d0b-6a3f0c9d2b11',
    url: 'https://shop.example/hooks/darkroom',
    events: ['image.done', 'image.failed'],
    state: 'active',
    reason: null,
    failing_since: null,
    created_at: '2026-11-20T09:00:00.000Z',
    attempts: [
      { at: '2026-11-20T09:01:00.000Z', status: 503, error: 'The receiver answered 503.' },
      { at: '2026-11-20T09:01:05.000Z', status: 204, error: null },
    ],
  },
  {
    webhook_id: '8c1e7d1c-5d0a-4f2e-8d0b-6a3f0c9d2b12',
    url: 'https://old.example/hooks',
    events: ['batch.ended'],
    state: 'disabled',
    reason: 'Its receiver answered 410: it wants no more webhooks.',
    failing_since: null,
    created_at: '2026-11-19T09:00:00.000Z',
    attempts: [],
  },
];

/** A CSV with a column that is ignored. */
export const someColumns = {
  columns: [
    { name: 'SKU', meaning: 'serial_number' },
    { name: 'Title', meaning: 'product_name' },
    { name: 'Color', meaning: null },
    { name: 'Photos', meaning: 'image_urls' },
  ],
};

/** What a dry run finds in a file with faults. */
export const someFaults = {
  valid: false,
  total_products: 3,
  total_images: 5,
  more_errors: 0,
  columns: someColumns.columns.slice(1, 3),
  errors: [
    { row: 3, column: 'Input Image Urls', message: 'There is no URL in this row.' },
    {
      row: 4,
      column: 'Input Image Urls',
      message: 'ftp://img.example/a.jpg is not an http(s) URL.',
    },
  ],
};

const edit = {
  prompt: 'Make it look like a rainy evening',
  source_url: fakeImageId(1),
  target_url: null,
  created_at: '2026-11-20T10:00:00.000Z',
};

/** A process with one edit of each ending. */
export const anEditProcess = {
  init_id: 'process-1',
  process_id: 'edit-3',
  status: 'PROCESSING',
  result_url: null,
  expires_at: '2026-11-21T10:00:00.000Z',
  edits: [
    {
      ...edit,
      edit_id: 'edit-1',
      status: 'COMPLETED',
      result_url: `http://elsewhere.example/api/images/${fakeImageId(2)}/original`,
      image_id: fakeImageId(2),
      error: null,
      ended_at: '2026-11-20T10:00:30.000Z',
    },
    {
      ...edit,
      edit_id: 'edit-2',
      status: 'FAILED',
      result_url: null,
      image_id: null,
      error: 'The provider refused the prompt.',
      created_at: '2026-11-20T10:01:00.000Z',
      ended_at: '2026-11-20T10:01:10.000Z',
    },
    {
      ...edit,
      edit_id: 'edit-3',
      status: 'PROCESSING',
      result_url: null,
      image_id: null,
      error: null,
      created_at: '2026-11-20T10:02:00.000Z',
      ended_at: null,
    },
  ],
};
