import { validationError } from '../dynamodb-error.ts';
import type { Operation } from '../engine.ts';
import { refillExpiry } from '../storage/table-schema.ts';
import { readInput } from './input.ts';
import { namedTable } from './tables.ts';

export const updateTimeToLive: Operation = (engine, given) => {
  const { definition } = namedTable(engine, given);
  const { TimeToLiveSpecification } = readInput<{ TimeToLiveSpecification: unknown }>(given, {
    TimeToLiveSpecification: 'map!',
  });
  const specification = readInput<{ Enabled: boolean; AttributeName: string }>(
    TimeToLiveSpecification,
    { Enabled: 'boolean!', AttributeName: 'string!' },
  );
  const { Enabled, AttributeName } = specification;
  if (AttributeName === '')
    throw validationError(
      "1 validation error detected: Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  const { ttlAttribute: current } = definition;
  if (Enabled && current === AttributeName) throw validationError('TimeToLive is already enabled');
  if (Enabled && current !== undefined)
    throw validationError(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${current}`,
    );
  if (!Enabled && current === undefined) throw validationError('TimeToLive is already disabled');

  engine.catalog.update(definition.name, (before) => {
    const changed = { ...before, ttlAttribute: Enabled ? AttributeName : undefined };
    refillExpiry(engine.database, changed);
    return changed;
  });
  return JSON.stringify({ TimeToLiveSpecification: specification });
};

export const describeTimeToLive: Operation = (engine, given) => {
  const { ttlAttribute } = namedTable(engine, given).definition;
  return JSON.stringify({
    TimeToLiveDescription: ttlAttribute
      ? { TimeToLiveStatus: 'ENABLED', AttributeName: ttlAttribute }
      : { TimeToLiveStatus: 'DISABLED' },
  });
};
