import { z } from 'zod';

export type Json = Record<string, unknown>;
/** What becomes `components.schemas`. */
export type Schemas = Record<string, unknown>;

/**
 * A zod schema as JSON Schema, with its named parts moved to `schemas`. `input` is what a client may send
 * (other properties are ignored), `output` what a response has (exactly that).
 */
export const jsonSchema = (
  schema: z.ZodType,
  schemas: Schemas,
  io: 'input' | 'output' = 'output',
): Json => {
  const made = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema: part, zodSchema }) => {
      // The pattern of a time fills half a page and says no more than its format.
      if (part.format === 'date-time') delete part.pattern;
      // zod leaves them out where a part is transformed, as if they were of the output.
      const { examples } = z.globalRegistry.get(zodSchema) ?? {};
      if (io === 'input' && Array.isArray(examples)) part.examples = examples;
    },
  });
  const { $schema: _, $defs = {}, id, ...rest } = made;
  const named: Record<string, Json> = { ...$defs, ...(id && { [id]: rest }) };
  for (const [name, { id: __, ...part }] of Object.entries(named))
    schemas[name] = withComponentRefs(part);
  return id ? { $ref: `#/components/schemas/${id}` } : withComponentRefs(rest);
};

const withComponentRefs = (part: Json): Json =>
  JSON.parse(JSON.stringify(part).replaceAll('"#/$defs/', '"#/components/schemas/'));
