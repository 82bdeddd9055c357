import { countDays, type DaySpan } from './day-span.ts';
import { type Day, formatDay } from './days.ts';
import type { Layout } from './justified-layout.ts';

/** `at` is a part of the height, from the top. */
export type Tick = { label: string; at: number };
type Place = { day: string; at: number };

/** Parts of the height that two labels keep between them. */
const minDistance = 0.05;
const lowest = 0.97;

/** Labels for those for which there is room. */
const label = (places: readonly Place[]): Tick[] => {
  const shown: Place[] = [];
  for (const place of places) {
    const last = shown.at(-1);
    if (place.at < lowest && (!last || place.at - last.at >= minDistance)) shown.push(place);
  }
  return shown.map(({ day, at }) => ({ label: formatDay({ day, first: 0 }, 'month'), at }));
};

/** The first day of each month, where it is in the sheet. */
export const ticksOfSheet = (days: readonly Day[], layout: Layout): Tick[] =>
  label(
    days.flatMap(({ day }, index) => {
      const isSameMonth = days[index - 1]?.day.slice(0, 7) === day.slice(0, 7);
      return isSameMonth ? [] : [{ day, at: (layout.headings[index]?.y ?? 0) / layout.height }];
    }),
  );

/** Each month between two days. */
export const ticksOfSpan = ({ newest, oldest }: DaySpan): Tick[] => {
  const total = countDays(oldest, newest);
  const month = new Date(`${newest.slice(0, 7)}-01T00:00:00Z`);
  const places: Place[] = [];
  for (let day = newest; day >= oldest; ) {
    places.push({ day, at: countDays(day, newest) / total });
    day = month.toISOString().slice(0, 10);
    month.setUTCMonth(month.getUTCMonth() - 1);
  }
  return label(places);
};
