import type { Batch } from '#lib/batches/batch.ts';
import type { Row } from '#lib/batches/row.ts';

/** A running batch with two rows of one picture each. */
export const aBatch = (given: Partial<Batch> = {}): Batch => ({
  requestId: '0b9f4c52-7f36-4b6f-9a3c-2f8d6f5a1f1e',
  csvFilename: 'products.csv',
  baseUrl: 'https://api.example',
  createdAt: '2026-11-20T10:00:00.000Z',
  updatedAt: '2026-11-20T10:00:00.000Z',
  total: { products: 2, images: 2 },
  work: { state: 'running', since: '2026-11-20T10:00:00.000Z' },
  ...given,
});

/** A row with one picture that is still to be fetched. */
export const aRow = (number = 1, given: Partial<Row> = {}): Row => ({
  number,
  serialNumber: String(number),
  productName: `SKU${number}`,
  images: [{ state: 'pending', inputUrl: `https://shop.example/${number}.jpg` }],
  ...given,
});
