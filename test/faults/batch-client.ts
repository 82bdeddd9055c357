import { z } from 'zod';
import { BatchRecord, createBatchClient, Product } from '#test/e2e/batch-client.ts';

const ListedImages = z.array(z.looseObject({ image_id: z.string() }));

type ResultRow = {
  serialNumber: string;
  inputUrls: string[];
  /** An empty place for one that failed. */
  outputUrls: string[];
};

/** The tests' client of batches, with what it takes to look at very long ones. */
export const batchClient = (target: Parameters<typeof createBatchClient>[0]) => {
  const darkroom = createBatchClient(target);

  /** Every entry of a list, page by page. */
  const everyPage = async <T>(path: string, read: (data: unknown) => T[]): Promise<T[]> => {
    const all: T[] = [];
    for (let cursor = ''; ; ) {
      const { data, page } = await darkroom.json(`${path}?limit=100${cursor}`);
      all.push(...read(data));
      if (!page?.next_cursor) return all;
      cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
    }
  };

  return {
    ...darkroom,
    /** Without its products. */
    find: async (requestId: string) =>
      BatchRecord.parse((await darkroom.json(`/api/status/${requestId}`)).data),
    products: (requestId: string) =>
      everyPage(
        `/api/batches/${requestId}`,
        (data) => z.object({ products: z.array(Product) }).parse(data).products,
      ),
    listedImages: () => everyPage('/api/images', (data) => ListedImages.parse(data)),
    resultRows: async (requestId: string): Promise<ResultRow[]> => {
      const [, ...rows] = (await darkroom.results(requestId)).rows;
      return rows.map(([serialNumber = '', _productName, input = '', output = '']) => ({
        serialNumber,
        inputUrls: input.split(','),
        outputUrls: output.split(','),
      }));
    },
  };
};
export type BatchClient = ReturnType<typeof batchClient>;
