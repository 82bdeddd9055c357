import { request } from '../parts/api.ts';
import { requestRender } from '../parts/render.ts';
import type { Picture } from './collection.ts';
import { listedDay, type PictureFilter } from './filter.ts';

/** All days of which there are pictures lie between these, such as `2026-11-20`, both included. */
export type DaySpan = { newest: string; oldest: string };

type Sort = NonNullable<PictureFilter['sort']> | 'uploaded';
const known = new Map<Sort, DaySpan>();
const requested = new Set<Sort>();

/** The first and the last day of a list; undefined until they are known. Asked for once. */
export const daySpan = ({ sort, from }: PictureFilter): DaySpan | undefined => {
  const name = sort ?? 'uploaded';
  if (!requested.has(name)) void load(name);
  const span = known.get(name);
  return span && from && from > span.oldest ? { ...span, oldest: from } : span;
};

const load = async (sort: Sort): Promise<void> => {
  requested.add(sort);
  try {
    const [newest, oldest] = await Promise.all([endOf(sort, 'desc'), endOf(sort, 'asc')]);
    if (newest && oldest) known.set(sort, { newest, oldest });
    requestRender();
  } catch {
    requested.delete(sort); // asked for again with the next rendering
  }
};

const endOf = async (sort: Sort, order: 'asc' | 'desc'): Promise<string | undefined> => {
  const query = new URLSearchParams({ sort, order, limit: '1' });
  const { data } = await request<Picture[]>(`api/images?${query}`);
  return data[0] && listedDay(data[0], sort === 'taken' ? 'taken' : undefined);
};

const dayMs = 86_400_000;

/** How many days `later` is after `earlier`. */
export const countDays = (earlier: string, later: string): number =>
  Math.round((Date.parse(later) - Date.parse(earlier)) / dayMs);

/** The day so many days before. */
export const daysBefore = (day: string, count: number): string =>
  new Date(Date.parse(day) - count * dayMs).toISOString().slice(0, 10);
