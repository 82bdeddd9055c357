import { z } from 'zod';
import { type BatchView, hasEnded, ProductView } from './batch-view.ts';
import type { Deployment } from './deployment.ts';

export type Failure = { serialNumber: string; productName: string; url: string; reason: string };

const Details = z.object({ products: z.array(ProductView) });
const pageLength = 100;
const mostPages = 5; // at one look: the progress is waiting
const mostFailures = 1000; // nobody reads more as they come; the file has them all

type Page = { cursor: string | null; told: Set<string>; isFollowed: boolean };
const pageAt = (cursor: string | null): Page => ({ cursor, told: new Set(), isFollowed: false });

/**
 * Finds the failures of a batch as they come, the first thousand, without reading it from the
 * beginning each time: no page is asked for while no further image failed, and never again once
 * all of its products have ended. What is beyond the pages of one look is found by a later one, at
 * last when the batch has ended.
 */
export const failureFinder = (deployment: Pick<Deployment, 'json'>, requestId: string) => {
  const open = [pageAt(null)]; // whose turn it is comes first
  let told = 0;

  const look = async (page: Page, isLast: boolean): Promise<Failure[]> => {
    const query = new URLSearchParams({ limit: `${pageLength}` });
    if (page.cursor) query.set('cursor', page.cursor);
    const path = `/api/batches/${requestId}?${query}`;
    const {
      data: { products },
      nextCursor,
    } = await deployment.json(path, Details);

    const hasEndedImage = products.every(({ images }) =>
      images.every(({ status }) => status === 'completed' || status === 'failed'),
    );
    // Behind the last page more may come, while the rows are still being written.
    if (!hasEndedImage || (nextCursor === null && !isLast)) open.push(page);
    if (nextCursor && !page.isFollowed) open.push(pageAt(nextCursor));
    page.isFollowed ||= nextCursor !== null;

    return products.flatMap((product, row) =>
      product.images.flatMap(({ input_url: url, status, error }, at) => {
        const place = `${row}/${at}`;
        if (status !== 'failed' || page.told.has(place)) return [];
        page.told.add(place);
        const { serial_number: serialNumber, product_name: productName } = product;
        return [{ serialNumber, productName, url, reason: error ?? 'no reason was given' }];
      }),
    );
  };

  /** The failures of a batch that stands like this, as far as nobody was told of them yet. */
  return async (batch: BatchView): Promise<Failure[]> => {
    const found: Failure[] = [];
    const wanted = Math.min(batch.progress.failed_images, mostFailures) - told;
    const isLast = hasEnded(batch);
    const looked = new Set<Page>();
    while ((isLast || looked.size < mostPages) && found.length < wanted) {
      const page = open.find((one) => !looked.has(one));
      if (!page) break;
      looked.add(page);
      open.splice(open.indexOf(page), 1);
      found.push(...(await look(page, isLast)));
    }
    told += found.length;
    return found;
  };
};
