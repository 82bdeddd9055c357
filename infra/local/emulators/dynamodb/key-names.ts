import * as z from 'zod';
import type { Ask } from './inner-dynalite.ts';

const Described = z.object({
  Table: z.object({ KeySchema: z.array(z.object({ AttributeName: z.string() })) }),
});

/** The attributes that make a table's key; none if there is no such table. Remembered. */
export const tableKeys = (ask: Ask) => {
  const known = new Map<string, string[]>();
  return {
    of: async (table: string): Promise<string[]> => {
      const names = known.get(table);
      if (names) return names;

      const answer = await ask('DescribeTable', { TableName: table });
      if (answer.status !== 200) return [];
      const found = Described.parse(answer.body).Table.KeySchema.map((key) => key.AttributeName);
      known.set(table, found);
      return found;
    },
    /** A table was made or deleted, maybe with another key. */
    forget: () => known.clear(),
  };
};
