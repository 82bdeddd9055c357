import { setTimeout } from 'node:timers/promises';
import * as z from 'zod';
import type { Ask } from './inner-dynalite.ts';

const Named = z.object({ TableName: z.string() });
const Described = z.object({ Table: z.object({ TableStatus: z.string() }) });
const pauseMs = 2;

/**
 * Waits until a table that was made, changed or deleted has settled. dynalite answers first and
 * writes ACTIVE afterwards: stopped in between, the table would stay CREATING for ever.
 */
export const settledTable = async (ask: Ask, input: unknown): Promise<void> => {
  const named = Named.safeParse(input);
  if (!named.success) return;

  for (;;) {
    const { status, body } = await ask('DescribeTable', named.data);
    if (status !== 200 || Described.parse(body).Table.TableStatus === 'ACTIVE') return;
    await setTimeout(pauseMs);
  }
};
