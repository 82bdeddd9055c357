import { describe, expect, it } from 'vitest';
import { formatDay, groupByDay, joinShortDays } from '#functions/site/gallery/pictures/days.ts';
import {
  formatFilter,
  isOnTop,
  parseFilter,
  toParameters,
} from '#functions/site/gallery/pictures/filter.ts';
import { anImageView } from '#test/support/browser-answers.ts';

describe('the filter of the sheet', () => {
  it('is the same after it was written into an address', () => {
    const filter = {
      status: 'done',
      source: 'drop',
      sort: 'taken',
      from: '2026-01-02',
      to: '2026-02-03',
    } as const;
    expect(parseFilter(new URLSearchParams(formatFilter(filter)))).toEqual(filter);
    expect(formatFilter({})).toBe('');
  });

  it('leaves out what it does not understand', () => {
    const query = 'status=lost&source=mars&sort=size&from=yesterday&to=2026-13-40';
    expect(parseFilter(new URLSearchParams(query))).toEqual({});
  });

  it('bounds uploads by the days of the reader, and pictures taken by the dates themselves', () => {
    const { from = '', to = '' } = toParameters({ from: '2026-01-02', to: '2026-01-02' });
    expect(new Date(from).getHours()).toBe(0);
    expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000 - 1);
    expect(toParameters({ sort: 'taken', from: '2026-01-02' })).toEqual({
      sort: 'taken',
      from: '2026-01-02',
    });
  });

  it('says whether a new upload belongs on top', () => {
    const upload = anImageView(1, { status: 'queued' });
    expect(isOnTop({}, upload)).toBe(true);
    expect(isOnTop({ source: 'presigned', from: '2026-11-01' }, upload)).toBe(true);
    for (const filter of [
      { status: 'done' },
      { source: 'drop' },
      { to: '2026-11-01' },
      { sort: 'taken' },
    ] as const)
      expect(isOnTop(filter, upload)).toBe(false);
  });
});

describe('joinShortDays', () => {
  it('joins days until they fill a row, and names the range', () => {
    const days = ['2026-11-20', '2026-11-18', '2026-11-17', '2026-11-10'];
    const joined = joinShortDays(
      days.map((day, first) => ({ day, first })),
      [2, 2, 5, 1],
      4,
    );
    expect(joined).toEqual([
      { day: '2026-11-20', first: 0, last: '2026-11-18' },
      { day: '2026-11-17', first: 2 },
      { day: '2026-11-10', first: 3 },
    ]);
    const [range] = joined.map((each) => formatDay(each));
    expect(range).toMatch(/18.*20/);
  });
});

describe('groupByDay', () => {
  it('groups by upload, or by the clock of the camera', () => {
    const all = [
      anImageView(1, { uploaded_at: '2026-11-20T12:00:00.000Z', taken_at: '2017-02-09T23:59:00' }),
      anImageView(2, { uploaded_at: '2026-11-20T11:00:00.000Z', taken_at: '2017-02-08T00:01:00' }),
      anImageView(3, { uploaded_at: '2026-11-18T12:00:00.000Z', taken_at: '2017-02-08T00:00:00' }),
    ];
    expect(groupByDay(all, {}).map(({ first }) => first)).toEqual([0, 2]);
    expect(groupByDay(all, { sort: 'taken' })).toEqual([
      { day: '2017-02-09', first: 0 },
      { day: '2017-02-08', first: 1 },
    ]);
  });
});
