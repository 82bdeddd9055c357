import type { Batch } from '#lib/batches/batch.ts';
import type { Edit } from '#lib/edits/edit.ts';
import type { Image } from '#lib/images/image.ts';

type Versions<T> = {
  /** Undefined where it did not exist. */
  before: T | undefined;
  /** Undefined where it was removed. */
  after: T | undefined;
};

/** A change of a record, with the record before and after it. */
export type Change =
  | ({ record: 'image' } & Versions<Image>)
  | ({ record: 'batch' } & Versions<Batch>)
  | ({ record: 'edit' } & Versions<Edit>);

/** A change as a stream delivers it: in order within its shard, at least once. */
export type StreamRecord = {
  /** Greater than that of every earlier change in the shard; 40 digits, so that text sorts as numbers do. */
  sequence: string;
  at: Date;
  /** ARN of the stream. */
  streamArn: string;
  /** Attribute values, as DynamoDB has them. */
  keys: unknown;
  oldImage: unknown;
  newImage: unknown;
};

/** The change of a stream record; undefined where it is of none of our records. Throws where it is unreadable. */
export type ReadChange = (record: StreamRecord) => Change | undefined;
