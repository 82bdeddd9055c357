import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '#lib/http/cursor.ts';
import { Problem } from '#lib/problem.ts';

const place = '2026-11-21T09:30:00.000Z#mfrggzdfmztwq2lknnwg23tpob';
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('cursors', () => {
  it.each([{}, { status: 'failed' }, { sort: 'taken', from: '2026-11-01', source: 'drop' }])(
    'decode to their position in %j',
    (query) => {
      const cursor = encodeCursor(place, query) ?? '';
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(decodeCursor({ ...query, cursor })).toBe(place);
    },
  );

  it('belong to a query, whatever the size of its pages', () => {
    const cursor = encodeCursor(place, { status: 'failed', limit: 10, cursor: 'another' }) ?? '';
    expect(decodeCursor({ limit: 20, status: 'failed', cursor })).toBe(place);
  });

  it('end where the list ends, and begin where it begins', () => {
    expect(encodeCursor(undefined, {})).toBeNull();
    expect(decodeCursor({ status: 'done' })).toBeUndefined();
  });

  it.each([
    {},
    { status: 'done' },
    { status: 'failed', source: 'drop' },
    { status: 'failed', sort: 'taken' },
    { status: 'failed', from: '2026-11-21' },
    { status: 'failed', to: '2026-11-21' },
    { list: 'batches' },
  ])('are rejected by the query %j, which is another one', (query) => {
    const cursor = encodeCursor(place, { status: 'failed' }) ?? '';
    expect(() => decodeCursor({ ...query, cursor })).toThrow(/other filters/);
  });

  it.each([
    '',
    'garbage',
    '%%%',
    '../../x',
    encoded(null),
    encoded({ month: '2026-11' }),
    encoded(['']),
    encoded(['', null]),
    encoded(['', 7]),
    encoded(['', '']),
    encoded(['', 'x']),
    encoded(['', `${place}${'x'.repeat(100)}`]),
    encoded(['nonsense', place]),
  ])('are refused where we did not give them: %j', (cursor) => {
    expect(() => decodeCursor({ cursor })).toThrow(Problem);
    expect(() => decodeCursor({ cursor })).toThrow(/^The cursor .*\.$/);
  });
});
