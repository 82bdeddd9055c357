import { formatCameraTime, formatDayRange } from '../parts/dates.ts';
import type { Picture } from './collection.ts';
import { listedDay, type PictureFilter } from './filter.ts';

/**
 * Pictures of one day that follow each other, or of several, up to `last`, that fill a row together only;
 * `first` is the index of the first picture.
 */
export type Day = { day: string; first: number; last?: string };

/** Ten thousand dates take a browser 8 ms, which would be spent again with each page of the list. */
const uploadDays = new WeakMap<Picture, string>();

const uploadDay = (picture: Picture): string => {
  const day = uploadDays.get(picture) ?? listedDay(picture);
  uploadDays.set(picture, day);
  return day;
};

/** The days of a sorted list. */
export const groupByDay = (all: readonly Picture[], { sort }: PictureFilter): Day[] => {
  const days: Day[] = [];
  all.forEach((picture, first) => {
    const day = sort ? listedDay(picture, sort) : uploadDay(picture);
    if (days.at(-1)?.day !== day) days.push({ day, first });
  });
  return days;
};

/**
 * Days whose pictures do not fill a row are joined with the next ones, or most of the sheet would be
 * empty. `rowRatio` is the width of a row divided by its height.
 */
export const joinShortDays = (
  days: readonly Day[],
  ratios: readonly number[],
  rowRatio: number,
): Day[] => {
  const joined: Day[] = [];
  let filled = Number.POSITIVE_INFINITY;
  days.forEach((each, index) => {
    const before = joined.at(-1);
    const end = days[index + 1]?.first ?? ratios.length;
    const width = ratios.slice(each.first, end).reduce((sum, ratio) => sum + ratio, 0);
    const isKnown = each.day !== '' && before?.day !== '';
    if (before && filled < rowRatio && isKnown) {
      before.last = each.day;
      filled += width;
    } else {
      joined.push({ ...each });
      filled = width;
    }
  });
  return joined;
};

export const formatDay = ({ day, last }: Day, precision: 'day' | 'month' = 'day'): string => {
  if (day === '') return 'Unknown date';
  if (last && precision === 'day') return formatDayRange(...sortDays(day, last));
  return formatCameraTime(`${day}T00:00:00`, precision);
};

const sortDays = (one: string, other: string): [string, string] =>
  one < other ? [one, other] : [other, one];
