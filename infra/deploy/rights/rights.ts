import { batchRights } from './batch-rights.ts';
import { type BucketRight, bucketRights } from './bucket-rights.ts';
import { edgeRights } from './edge-rights.ts';
import { editRights } from './edit-rights.ts';
import { imageRights } from './image-rights.ts';
import type { Meaning } from './meaning.ts';
import { type QueueRight, queueRights } from './queue-rights.ts';
import { type TableRight, tableRights } from './table-rights.ts';

/** Something a function may do: a verb and a thing, in the words of the ports it uses. */
export type Right =
  | keyof typeof imageRights
  | keyof typeof batchRights
  | keyof typeof editRights
  | keyof typeof edgeRights
  | BucketRight
  | TableRight
  | QueueRight;

/** Every right there is, with its meaning. */
export const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...Object.entries(imageRights),
  ...Object.entries(batchRights),
  ...Object.entries(editRights),
  ...Object.entries(edgeRights),
  ...bucketRights,
  ...tableRights,
  ...queueRights,
]);
