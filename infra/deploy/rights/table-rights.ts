import { combined, type Meaning, on } from './meaning.ts';

const tables = [
  'images',
  'contents',
  'tallies',
  'shelves',
  'answers',
  'batches',
  'processes',
] as const;

const idOf = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}Table`;

const verbs = {
  'probe-table': (name: string): Meaning => ({
    grants: [on(idOf(name), 'dynamodb:DescribeTable')],
    neededFor: new RegExp(`\\btableProbe\\(tables\\d*\\.${name}Table\\)`),
  }),
};

export type TableRight = `${keyof typeof verbs} ${(typeof tables)[number]}`;
export const tableRights = combined(verbs, tables);
