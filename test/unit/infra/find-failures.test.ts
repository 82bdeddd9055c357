import { expect, it } from 'vitest';
import type { BatchView } from '#infra/cli/batch/batch-view.ts';
import { failureFinder } from '#infra/cli/batch/find-failures.ts';

const rowsPerPage = 100;

/** A batch whose rows a test writes, of which every tenth image fails. */
const aBatch = () => {
  let rows = 0;
  let fetched = 0;
  const requested: string[] = [];
  const find = failureFinder(
    {
      json: async (path, shape) => {
        requested.push(path);
        const query = new URLSearchParams(path.split('?')[1]);
        const from = Number(query.get('cursor') ?? 0);
        const end = Math.min(rows, from + rowsPerPage);
        const products = Array.from({ length: end - from }, (_, n) => ({
          serial_number: `${from + n + 1}`,
          product_name: 'Mug',
          images: [
            (from + n) % 10 === 0
              ? { input_url: `https://bad.example/${from + n}`, status: 'failed', error: 'No.' }
              : {
                  input_url: 'https://a.example/',
                  status: from + n < fetched ? 'completed' : 'pending',
                  error: null,
                },
          ],
        }));
        return { data: shape.parse({ products }), nextCursor: end < rows ? `${end}` : null };
      },
    },
    'batch-1',
  );
  const newFailures = async (status: BatchView['status'], failed = Math.ceil(rows / 10)) => {
    const progress = { total_images: 250, processed_images: rows, failed_images: failed };
    const found = await find({ request_id: 'batch-1', status, progress, errors: [] });
    return found.map(({ serialNumber }) => Number(serialNumber));
  };
  return {
    requested,
    newFailures,
    write: (more: number, { ended = more } = {}) => {
      rows += more;
      fetched += ended;
    },
  };
};

const failing = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => from + n)
    .filter((n) => n % 10 === 0)
    .map((n) => n + 1);

it('the failure finder finds the failures of rows written after its first call', async () => {
  const { requested, newFailures, write } = aBatch();
  write(15);
  expect(await newFailures('processing')).toEqual(failing(0, 15));
  write(85); // the first page is full, and its images have ended
  expect(await newFailures('processing')).toEqual(failing(15, 100));
  write(150);

  expect(await newFailures('processing')).toEqual(failing(100, 250));
  expect(await newFailures('completed_with_errors')).toEqual([]);
  expect(new Set(requested).size).toBe(3);
});

it('the failure finder requests a page once per call, although more failures are counted than listed', async () => {
  const { requested, newFailures, write } = aBatch();
  write(50, { ended: 45 });
  expect(await newFailures('processing', 7)).toEqual(failing(0, 50));
  expect(requested).toHaveLength(1);
});
