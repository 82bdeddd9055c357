import type { Image } from '#lib/images/image.ts';
import type { StepRun, Versioned } from '#lib/images/images.ts';
import type { StepUpdate } from '#lib/images/step-update.ts';
import { toIndexAttributes } from './dynamo-image-indexes.ts';
import { recordKey, toItem } from './dynamo-image-items.ts';

/** Collects the names and values of an expression. */
const placeholders = () => {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  return {
    names,
    values,
    /** `steps.exif.run` as `#steps.#exif.#run`: a name may be a reserved word. */
    path: (path: string): string =>
      path
        .split('.')
        .map((name) => {
          names[`#${name}`] = name;
          return `#${name}`;
        })
        .join('.'),
    value: (value: unknown): string => {
      const placeholder = `:${Object.keys(values).length}`;
      values[placeholder] = value;
      return placeholder;
    },
  };
};

/**
 * Writes what a worker changes, and nothing else, so that workers on other steps do not disturb each
 * other: on the condition that the image is not deleted, has the same revision, and the steps that
 * change are at the same run and state. The version rises all the same, for those who read all of it.
 */
export const toUpdate = (table: string, before: Image, after: Image, update: StepUpdate) => {
  const { names, values, path, value } = placeholders();
  const { steps, ...item }: ReturnType<typeof toItem> & Record<string, unknown> = toItem(after, 0);
  const set = update.fields.map((name) =>
    name === 'beganAt'
      ? `${path(name)} = if_not_exists(${path(name)}, ${value(item[name])})`
      : `${path(name)} = ${value(item[name])}`,
  );
  for (const name of update.steps) set.push(`${path(`steps.${name}`)} = ${value(steps[name])}`);
  const remove: string[] = [];
  for (const { name, now } of changedIndexAttributes(before, after))
    if (now === undefined) remove.push(path(name));
    else set.push(`${path(name)} = ${value(now)}`);

  const conditions = [
    `${path('rev')} = ${value(before.rev)}`,
    `attribute_not_exists(${path('deleted')})`,
    ...update.steps.flatMap((name) => {
      const step = before.steps[name];
      return [
        isRun(path(`steps.${name}.run`), step.run, value),
        `${path(`steps.${name}.state`)} = ${value(step.state)}`,
        ...(step.state === 'failed'
          ? [`${path(`steps.${name}.gaveUp`)} = ${value(step.gaveUp)}`]
          : []),
      ];
    }),
  ];
  return {
    TableName: table,
    Key: recordKey(after.imageId),
    UpdateExpression:
      `SET ${set.join(', ')} ADD ${path('v')} ${value(1)}` +
      (remove.length ? ` REMOVE ${remove.join(', ')}` : ''),
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
};

/** Marks an image as being processed, unless it is, and returns it in either case. */
export const toBeginning = (
  table: string,
  imageId: string,
  { step, rev, run }: StepRun,
  now: Date,
) => {
  const { names, values, path, value } = placeholders();
  return {
    TableName: table,
    Key: recordKey(imageId),
    UpdateExpression: `SET ${path('beganAt')} = ${value(now.toISOString())} ADD ${path('v')} ${value(1)}`,
    ConditionExpression: [
      `${path('rev')} = ${value(rev)}`,
      `attribute_not_exists(${path('deleted')})`,
      `attribute_not_exists(${path('beganAt')})`,
      isRun(path(`steps.${step}.run`), run, value),
      `${path(`steps.${step}.state`)} = ${value('pending')}`,
    ].join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ReturnValues: 'ALL_NEW' as const,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
};

/** The first run is not stored. */
const isRun = (path: string, run: number, value: (value: unknown) => string): string =>
  run === 1 ? `attribute_not_exists(${path})` : `${path} = ${value(run)}`;

const changedIndexAttributes = (before: Image, after: Image) => {
  const [old, now] = [toIndexAttributes(before), toIndexAttributes(after)];
  return (['taken_at', 'status_shard'] as const)
    .filter((name) => old[name] !== now[name])
    .map((name) => ({ name, now: now[name] }));
};

/** Corrects the sparse index of a record as it was read; a concurrent change corrects it too. */
export const toIndexRepair = (table: string, { image, version }: Versioned) => {
  const { status_shard } = toIndexAttributes(image);
  return {
    TableName: table,
    Key: recordKey(image.imageId),
    UpdateExpression: status_shard ? 'SET #status_shard = :status_shard' : 'REMOVE #status_shard',
    ConditionExpression: '#v = :v',
    ExpressionAttributeNames: { '#status_shard': 'status_shard', '#v': 'v' },
    ExpressionAttributeValues: {
      ':v': version,
      ...(status_shard && { ':status_shard': status_shard }),
    },
  };
};
