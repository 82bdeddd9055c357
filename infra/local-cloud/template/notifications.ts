import type { Bucket } from './resource-schemas.ts';

/** The ARNs of the queues that a bucket notifies of an event, e.g. `ObjectCreated:Put` of a key. */
export const findNotifiedQueues = (
  { NotificationConfiguration: { QueueConfigurations } }: Bucket,
  event: { name: string; key: string },
): string[] =>
  QueueConfigurations.filter(({ Event, Filter }) => {
    const name = `s3:${event.name}`;
    const isEvent = Event.endsWith('*') ? name.startsWith(Event.slice(0, -1)) : name === Event;
    return (
      isEvent &&
      Filter.S3Key.Rules.every(({ Name, Value }) =>
        Name === 'prefix' ? event.key.startsWith(Value) : event.key.endsWith(Value),
      )
    );
  }).map(({ Queue }) => Queue);
