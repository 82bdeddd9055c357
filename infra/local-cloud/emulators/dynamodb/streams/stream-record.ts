import { jsonObject } from '../json-text.ts';
import type { StreamRow } from '../storage/stream-store.ts';
import type { StreamDefinition } from '../storage/table-definition.ts';
import { formatSequence } from './stream-position.ts';

/** A record as GetRecords answers it, in JSON; the images are the items' own text. */
export const streamRecord = (
  row: StreamRow,
  { viewType }: StreamDefinition,
  region: string,
): string =>
  jsonObject({
    eventID: JSON.stringify(row.eventId),
    eventName: JSON.stringify(row.event),
    eventVersion: '"1.1"',
    eventSource: '"aws:dynamodb"',
    awsRegion: JSON.stringify(region),
    dynamodb: jsonObject({
      ApproximateCreationDateTime: String(Math.floor(row.at / 1000)),
      Keys: row.keys,
      NewImage: row.newImage,
      OldImage: row.oldImage,
      SequenceNumber: JSON.stringify(formatSequence(row.sequence)),
      SizeBytes: String(row.sizeBytes),
      StreamViewType: JSON.stringify(viewType),
    }),
    // So a reader can distinguish an expired item from one that a request deleted.
    userIdentity: row.isExpiry
      ? JSON.stringify({ PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' })
      : undefined,
  });
