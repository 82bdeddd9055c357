import type { Item } from '../attributes/attribute-value.ts';
import { getAttribute, setAttribute } from '../attributes/attribute-value.ts';

export type KeyType = 'S' | 'N' | 'B';
export type KeyAttribute = { name: string; type: KeyType };
export type KeySchema = { hash: KeyAttribute; range?: KeyAttribute | undefined };

export type IndexDefinition = {
  name: string;
  /** Names its columns; never used again in its table. */
  slot: number;
  isGlobal: boolean;
  key: KeySchema;
  projection: { type: 'ALL' | 'KEYS_ONLY' | 'INCLUDE'; attributes: string[] };
};

export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';
export type StreamDefinition = {
  id: number;
  tableName: string;
  /** When it was enabled; the last part of its ARN. */
  label: string;
  viewType: StreamViewType;
  key: KeySchema;
  /** Milliseconds; since then no records come. Those it has are stored for a day. */
  disabledAt?: number | undefined;
};

/** A table as it is stored, in JSON, beside its items. */
export type TableDefinition = {
  id: number;
  tableId: string;
  name: string;
  /** Milliseconds. */
  createdAt: number;
  key: KeySchema;
  attributes: KeyAttribute[];
  indexes: IndexDefinition[];
  nextSlot: number;
  billingMode: 'PAY_PER_REQUEST' | 'PROVISIONED';
  throughput: { ReadCapacityUnits: number; WriteCapacityUnits: number };
  /** The stream's id, while it is enabled. */
  streamId?: number | undefined;
  ttlAttribute?: string | undefined;
  isDeletionProtected: boolean;
  isEncrypted: boolean;
  tags: Record<string, string>;
};

export const keyNames = ({ hash, range }: KeySchema): string[] =>
  range ? [hash.name, range.name] : [hash.name];

/** The attributes of an item that make a key. */
export const pickKey = (item: Item, schema: KeySchema): Item =>
  pickAttributes(item, keyNames(schema));

export const pickAttributes = (item: Item, names: Iterable<string>): Item => {
  const picked: Item = {};
  for (const name of names) {
    const value = getAttribute(item, name);
    if (value) setAttribute(picked, name, value);
  }
  return picked;
};

/** Names of what an index holds, or undefined where it holds whole items. */
export const projectedNames = (
  { key }: TableDefinition,
  index: IndexDefinition,
): Set<string> | undefined =>
  index.projection.type === 'ALL'
    ? undefined
    : new Set([...keyNames(key), ...keyNames(index.key), ...index.projection.attributes]);
