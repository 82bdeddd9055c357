type Attribute =
  | { S: string }
  | { N: string }
  | { B: string }
  | { L: Attribute[] }
  | { M: Record<string, Attribute> };

/** Values as DynamoDB's document client would send them; those that are undefined are left out. */
export const toAttributes = (item: Readonly<Record<string, unknown>>): Record<string, Attribute> =>
  Object.fromEntries(
    Object.entries(item)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, toAttribute(value)]),
  );

const toAttribute = (value: unknown): Attribute => {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  if (typeof value === 'object' && value !== null) return { M: toAttributes({ ...value }) };
  throw new Error(`A seeded item holds ${value}, which none of ours does.`);
};
