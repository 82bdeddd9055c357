import { z } from 'zod';
import { type BatchView, hasEnded, ProductView } from './batch-view.ts';
import type { Deployment } from './deployment.ts';

export type Failure = { serialNumber: string; productName: string; url: string; reason: string };

const Details = z.object({ products: z.array(ProductView) });
const pageLength = 100;
const maxPages = 5; // per call: the progress bar is waiting
const maxFailures = 1000; // more are not read as they scroll by; the file has them all

type Page = { cursor: string | null; reported: Set<string>; isFollowed: boolean };
const pageAt = (cursor: string | null): Page => ({
  cursor,
  reported: new Set(),
  isFollowed: false,
});

/**
 * Finds the failures of a batch as they come, the first thousand, without reading it from the
 * beginning each time: no page is requested while no further image has failed, and none again
 * once all of its products have ended. What is beyond the pages of one call is found by a later one,
 * at the latest when the batch has ended.
 */
export const failureFinder = (deployment: Pick<Deployment, 'json'>, requestId: string) => {
  const open = [pageAt(null)]; // the next to read comes first
  let reported = 0;

  const readPage = async (page: Page, isLast: boolean): Promise<Failure[]> => {
    const query = new URLSearchParams({ limit: `${pageLength}` });
    if (page.cursor) query.set('cursor', page.cursor);
    const path = `/api/batches/${requestId}?${query}`;
    const {
      data: { products },
      nextCursor,
    } = await deployment.json(path, Details);

    const allEnded = products.every(({ images }) =>
      images.every(({ status }) => status !== 'pending' && status !== 'processing'),
    );
    // Behind the last page more may come, while the rows are still being written.
    if (!allEnded || (nextCursor === null && !isLast)) open.push(page);
    if (nextCursor && !page.isFollowed) open.push(pageAt(nextCursor));
    page.isFollowed ||= nextCursor !== null;

    return products.flatMap((product, row) =>
      product.images.flatMap(({ input_url: url, status, error }, at) => {
        const place = `${row}/${at}`;
        if (status !== 'failed' || page.reported.has(place)) return [];
        page.reported.add(place);
        const { serial_number: serialNumber, product_name: productName } = product;
        return [{ serialNumber, productName, url, reason: error ?? 'no reason was given' }];
      }),
    );
  };

  /** The failures of the batch in this state that have not been returned before. */
  return async (batch: BatchView): Promise<Failure[]> => {
    const found: Failure[] = [];
    const wanted = Math.min(batch.progress.failed_images, maxFailures) - reported;
    const isLast = hasEnded(batch);
    const read = new Set<Page>();
    while ((isLast || read.size < maxPages) && found.length < wanted) {
      const page = open.find((one) => !read.has(one));
      if (!page) break;
      read.add(page);
      open.splice(open.indexOf(page), 1);
      found.push(...(await readPage(page, isLast)));
    }
    reported += found.length;
    return found;
  };
};
