import type { Delivered } from '#lib/delivery/deliver.ts';
import { emitMetrics } from './emit-metrics.ts';

/** Counts a delivery with its bytes, by where the picture came from, and passes it on. */
export const emitDelivery = async (delivery: Promise<Delivered>): Promise<Delivered> => {
  const delivered = await delivery;
  emitMetrics({
    message: 'picture delivered',
    values: { BytesDelivered: delivered.sizeBytes },
    dimensions: [{ from: delivered.from }],
  });
  return delivered;
};
