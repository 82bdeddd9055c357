import { expect, it } from 'vitest';
import type { BatchView } from '#infra/cli/batch/batch-view.ts';
import { failureFinder } from '#infra/cli/batch/find-failures.ts';

const rowsPerPage = 100;

/** A batch whose rows a test writes, and of which every tenth picture fails. */
const aBatch = () => {
  let rows = 0;
  let fetched = 0;
  const asked: string[] = [];
  const find = failureFinder(
    {
      json: async (path, shape) => {
        asked.push(path);
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
  const look = async (status: BatchView['status'], failed = Math.ceil(rows / 10)) => {
    const progress = { total_images: 250, processed_images: rows, failed_images: failed };
    const found = await find({ request_id: 'batch-1', status, progress, errors: [] });
    return found.map(({ serialNumber }) => Number(serialNumber));
  };
  return {
    asked,
    look,
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

it('finds the failures of rows that are written after the first look', async () => {
  const { asked, look, write } = aBatch();
  write(15);
  expect(await look('processing')).toEqual(failing(0, 15));
  write(85); // the first page is full, and its pictures have ended
  expect(await look('processing')).toEqual(failing(15, 100));
  write(150);

  expect(await look('processing')).toEqual(failing(100, 250));
  expect(await look('completed_with_errors')).toEqual([]);
  expect(new Set(asked).size).toBe(3);
});

it('asks for a page once at a look, although its progress tells of more than it shows', async () => {
  const { asked, look, write } = aBatch();
  write(50, { ended: 45 });
  expect(await look('processing', 7)).toEqual(failing(0, 50));
  expect(asked).toHaveLength(1);
});
