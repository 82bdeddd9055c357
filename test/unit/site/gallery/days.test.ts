import { describe, expect, it } from 'vitest';
import { formatDay, groupByDay, joinShortDays } from '#functions/site/gallery/pictures/days.ts';
import { anImageView } from '#test/support/browser-answers.ts';

const takenOn = (...days: (string | null)[]) =>
  days.map((day, index) => anImageView(index, { taken_at: day && `${day}T12:00:00` }));

describe('joinShortDays', () => {
  const join = (rowRatio: number, ...days: (string | null)[]) => {
    const all = takenOn(...days);
    const groups = groupByDay(all, { sort: 'taken' });
    return joinShortDays(
      groups,
      all.map(() => 1),
      rowRatio,
    );
  };

  it('joins days until they fill a row', () => {
    const days = ['2026-11-20', '2026-11-19', '2026-11-18', '2026-11-17'];
    expect(join(2, ...days)).toEqual([
      { day: '2026-11-20', first: 0, last: '2026-11-19' },
      { day: '2026-11-18', first: 2, last: '2026-11-17' },
    ]);
  });

  it('puts no picture of a known day under an unknown date, or the other way round', () => {
    expect(join(9, '2026-11-20', null, '2026-11-20').map((day) => formatDay(day))).toEqual([
      expect.stringContaining('2026'),
      'Unknown date',
      expect.stringContaining('2026'),
    ]);
  });
});
