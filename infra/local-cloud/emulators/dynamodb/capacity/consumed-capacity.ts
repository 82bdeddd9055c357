import type { Consumption } from './units.ts';

export type CapacityMode = 'NONE' | 'TOTAL' | 'INDEXES';
type Kind = 'ReadCapacityUnits' | 'WriteCapacityUnits';

export const total = (consumed: readonly Consumption[]): number =>
  consumed.reduce((sum, { units }) => sum + units, 0);

/** The ConsumedCapacity of an answer; `kind` is named too where the request was a transaction. */
export const consumedCapacity = (
  mode: CapacityMode | undefined,
  tableName: string,
  consumed: readonly Consumption[],
  kind?: Kind,
): object | undefined => {
  if (mode !== 'TOTAL' && mode !== 'INDEXES') return undefined;
  const units = (some: readonly Consumption[]) => ({
    CapacityUnits: total(some),
    ...(kind && { [kind]: total(some) }),
  });
  const whole = { TableName: tableName, ...units(consumed) };
  if (mode === 'TOTAL') return whole;
  const byIndex = (isGlobal: boolean) => {
    const some = consumed.filter(({ index }) => index?.isGlobal === isGlobal);
    const names = new Set(some.map(({ index }) => index?.name ?? ''));
    return Object.fromEntries(
      [...names].map((name) => [name, units(some.filter(({ index }) => index?.name === name))]),
    );
  };
  const [global, local] = [byIndex(true), byIndex(false)];
  return {
    ...whole,
    Table: units(consumed.filter(({ index }) => !index)),
    ...(Object.keys(global).length > 0 && { GlobalSecondaryIndexes: global }),
    ...(Object.keys(local).length > 0 && { LocalSecondaryIndexes: local }),
  };
};
