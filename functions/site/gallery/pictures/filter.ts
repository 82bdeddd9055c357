import { localDay } from '../parts/dates.ts';
import type { Picture, Status } from './collection.ts';
import { sources } from './sources.ts';

/** What the sheet shows, and in which order. `from` and `to` are days, as in `2026-11-20`. */
export type PictureFilter = {
  status?: Status;
  source?: Picture['source'];
  /** By when they were taken; otherwise by when they were uploaded. */
  sort?: 'taken';
  from?: string;
  to?: string;
};

export const statuses: readonly Status[] = ['queued', 'processing', 'done', 'failed'];

/** Reads the query of an address; what is not understood is left out. */
export const parseFilter = (query: URLSearchParams): PictureFilter => {
  const status = statuses.find((each) => each === query.get('status'));
  const source = sources.find((each) => each === query.get('source'));
  const [from, to] = ['from', 'to'].map((name) => query.get(name) ?? '');
  return {
    ...(status && { status }),
    ...(source && { source }),
    ...(query.get('sort') === 'taken' && { sort: 'taken' }),
    ...(isDay(from) && { from }),
    ...(isDay(to) && { to }),
  };
};

const isDay = (text: string | undefined): text is string =>
  text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

/** The query of an address, in one order, so that equal filters have equal texts. */
export const formatFilter = ({ status, source, sort, from, to }: PictureFilter): string =>
  new URLSearchParams({
    ...(status && { status }),
    ...(source && { source }),
    ...(sort && { sort }),
    ...(from && { from }),
    ...(to && { to }),
  }).toString();

/**
 * The parameters of `GET /api/images`. Uploads are between the ends of days in the reader's zone;
 * pictures taken are sorted by the clock of the camera, which has no zone.
 */
export const toParameters = (filter: PictureFilter): Record<string, string> => {
  const { sort, from, to, ...rest } = filter;
  if (sort) return { ...rest, sort, ...(from && { from }), ...(to && { to }) };
  return {
    ...rest,
    ...(from && { from: new Date(`${from}T00:00:00`).toISOString() }),
    ...(to && { to: new Date(`${to}T23:59:59.999`).toISOString() }),
  };
};

/** The day under which a picture is listed: in the reader's zone, or on the camera's clock. */
export const listedDay = (
  { uploaded_at: uploadedAt, taken_at: takenAt }: Picture,
  sort?: 'taken',
) => (sort ? (takenAt ?? '').slice(0, 10) : localDay(uploadedAt));

/** Whether a picture that was just uploaded belongs on top of the sheet. */
export const isOnTop = (filter: PictureFilter, picture: Picture): boolean => {
  const { status, source, sort, from, to } = filter;
  if (sort) return false; // when it was taken is not known yet
  const day = listedDay(picture);
  return (
    (!status || status === picture.status) &&
    (!source || source === picture.source) &&
    (!from || day >= from) &&
    (!to || day <= to)
  );
};
