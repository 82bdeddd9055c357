// What a row of a batch costs, and what fifty thousand of them do to memory:
//   npm run bench -- [--rows 200] [--rounds 4] [--many 50000]
import { parseArgs } from 'node:util';
import { compareRows } from './batch-cost.ts';
import { expandMany } from './batch-many.ts';
import { startOrigin } from './support/bench-stack.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '4' },
    /** 0 leaves the second part out; so does `--rows 0` with the first. */
    many: { type: 'string', default: '50000' },
  },
});

const origin = await startOrigin();
try {
  const [rows, rounds, many] = [values.rows, values.rounds, values.many].map(Number);
  if (rows) await compareRows({ rows, rounds: rounds ?? 1 }, origin);
  if (many) await expandMany({ rows: many }, origin);
} finally {
  await origin.stop();
}
