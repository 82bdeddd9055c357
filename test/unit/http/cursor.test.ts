import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '#lib/http/cursor.ts';
import { Problem } from '#lib/problem.ts';

const place = { month: '2026-11', after: '2026-11-21T09:30:00.000Z#mfrggzdfmztwq2lknnwg23tpob' };
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('cursors', () => {
  it.each([{}, { status: 'failed' }] as const)('decode to their position in %j', (query) => {
    for (const there of [place, { month: '2026-01', after: undefined }]) {
      const cursor = encodeCursor(there, query) ?? '';
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(decodeCursor({ ...query, cursor })).toEqual(there);
    }
  });

  it('end where the list ends, and begin where it begins', () => {
    expect(encodeCursor(undefined, {})).toBeNull();
    expect(decodeCursor({ status: 'done' })).toBeUndefined();
  });

  it('are rejected by another list', () => {
    const cursor = encodeCursor(place, { status: 'failed' }) ?? '';
    for (const query of [{ cursor }, { cursor, status: 'done' } as const])
      expect(() => decodeCursor(query)).toThrow(/another status filter/);
  });

  it.each([
    '',
    'garbage',
    '%%%',
    '../../x',
    encoded(null),
    encoded({ month: '2026-11' }),
    encoded(['', '2026-13', null]),
    encoded(['', '2026-11']),
    encoded(['', '2026-11', 7]),
    encoded(['', '2026-11', 'x'.repeat(201)]),
    encoded(['nonsense', '2026-11', null]),
  ])('are refused where we did not give them: %j', (cursor) => {
    expect(() => decodeCursor({ cursor })).toThrow(Problem);
    expect(() => decodeCursor({ cursor })).toThrow(/^cursor: .*\.$/);
  });
});
