import { describe, expect, it } from 'vitest';
import { encodeCursor } from '#lib/http/cursor.ts';
import { ListQuery, toListQuery } from '#lib/http/image-requests.ts';
import { Problem } from '#lib/problem.ts';

const parse = (query: Record<string, string>) => toListQuery(ListQuery.parse(query));

describe('the query of a list of images', () => {
  it('is for the newest uploads where nothing is said', () => {
    expect(parse({})).toEqual({ limit: 50, sort: 'uploaded' });
  });

  it.each([
    ['2026-11-21', '2026-11-21'],
    ['2026-11-21T09:30:00Z', '2026-11-21T09:30:00.000Z'],
    ['2026-11-21T09:30:00.5Z', '2026-11-21T09:30:00.500Z'],
    ['2026-11-21T09:30:00+02:00', '2026-11-21T07:30:00.000Z'],
    ['2026-11-21T00:30:00+02:00', '2026-11-20T22:30:00.000Z'],
    ['2026-11-21T09:30:00', '2026-11-21T09:30:00.000Z'],
  ])('reads the time %s of an upload as %s', (given, time) => {
    expect(parse({ from: given, to: given })).toMatchObject({ from: time, to: time });
  });

  it.each([
    ['2019-07-01', '2019-07-01'],
    ['2019-07-01T12:00:00', '2019-07-01T12:00:00'],
    ['2019-07-01T12:00:00Z', '2019-07-01T12:00:00'],
    ['2019-07-01T12:00:00-08:00', '2019-07-01T12:00:00'],
  ])('reads the time %s of a picture taken as %s on the clock there', (given, time) => {
    expect(parse({ sort: 'taken', from: given, to: given })).toMatchObject({
      from: time,
      to: time,
    });
  });

  it.each([
    { from: 'yesterday' },
    { from: '2026-13-01' },
    { to: '2026-02-30' },
    { to: '2026-11-21T25:00:00Z' },
    { to: '' },
    { from: '1763717400' },
    { sort: 'name' },
    { order: 'newest' },
    { source: 'fax' },
    { status: 'deleted' },
    { limit: '101' },
  ])('is refused with %j', (query) => {
    expect(ListQuery.safeParse(query).success).toBe(false);
  });

  it('goes on behind the place in a cursor of the same query, and of no other', () => {
    const place = '2026-11-21T09:30:00.000Z#mfrggzdf';
    const query = { source: 'drop', from: '2026-11-21' };
    const cursor = encodeCursor(place, ListQuery.parse(query)) ?? '';

    expect(parse({ ...query, limit: '7', cursor })).toMatchObject({ after: place, limit: 7 });
    for (const other of [
      {},
      { source: 'drop' },
      { ...query, sort: 'taken' },
      { ...query, order: 'asc' },
    ])
      expect(() => parse({ ...other, cursor })).toThrow(Problem);
  });
});
