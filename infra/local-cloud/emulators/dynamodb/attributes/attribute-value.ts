/** A value with its type, as it travels and as it is stored. Numbers are text, binaries base64. */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { B: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { SS: string[] }
  | { NS: string[] }
  | { BS: string[] }
  | { L: AttributeValue[] }
  | { M: Item };
export type Item = Record<string, AttributeValue>;

export type TypeName = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'SS' | 'NS' | 'BS' | 'L' | 'M';
export const typeNames: ReadonlySet<string> = new Set<TypeName>([
  'S',
  'N',
  'B',
  'BOOL',
  'NULL',
  'SS',
  'NS',
  'BS',
  'L',
  'M',
]);

/** The value has passed `checkValue`, so its only member names its type. */
export const getType = (value: AttributeValue): TypeName => {
  for (const type in value) return type as TypeName;
  throw new Error('An attribute value without a type was stored.');
};

/** An attribute that the item itself has: a name may be `constructor`. */
export const getAttribute = (item: Item, name: string): AttributeValue | undefined =>
  Object.hasOwn(item, name) ? item[name] : undefined;

/** Sets an attribute whatever its name: an assignment to `__proto__` would set none. */
export const setAttribute = (item: Item, name: string, value: AttributeValue): void => {
  if (name !== '__proto__') item[name] = value;
  else {
    const property = { value, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(item, name, property);
  }
};

/** The members of a set of any type, or undefined for what is no set. */
export const setMembers = (value: AttributeValue): string[] | undefined => {
  if ('SS' in value) return value.SS;
  if ('NS' in value) return value.NS;
  return 'BS' in value ? value.BS : undefined;
};
