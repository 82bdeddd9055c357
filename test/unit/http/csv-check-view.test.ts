import { describe, expect, it } from 'vitest';
import { CsvCheckView, toCsvCheckView } from '#lib/http/batch-view.ts';

describe('the check of a CSV', () => {
  it('is valid only without errors', () => {
    const meanings = [
      { name: 'SKU', meaning: 'serial_number' as const },
      { name: 'Color', meaning: null },
    ];
    const totals = { totalProducts: 2, totalImages: 3, meanings };
    const fault = { row: 2, column: 'Product Name', message: 'The row has no product name.' };

    expect(
      CsvCheckView.parse(toCsvCheckView({ ...totals, faults: { faults: [], more: 0 } })),
    ).toEqual({
      valid: true,
      total_products: 2,
      total_images: 3,
      columns: meanings,
      errors: [],
      more_errors: 0,
    });
    expect(toCsvCheckView({ ...totals, faults: { faults: [fault], more: 7 } })).toMatchObject({
      valid: false,
      errors: [fault],
      more_errors: 7,
    });
  });
});
