/** Undefined is the reader's own locale; the browser supplies the zone. */
const locale = undefined;

const formats = {
  minute: { dateStyle: 'medium', timeStyle: 'short' },
  second: { dateStyle: 'medium', timeStyle: 'medium' },
  day: { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' },
  date: { day: 'numeric', month: 'long', year: 'numeric' },
  month: { month: 'long', year: 'numeric' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;
export type DatePrecision = keyof typeof formats;

/** Creating one takes a hundred times as long as using it. */
const known = new Map<string, Intl.DateTimeFormat>();
const formatter = (precision: DatePrecision, timeZone?: string): Intl.DateTimeFormat => {
  const key = `${precision} ${timeZone}`;
  const format =
    known.get(key) ??
    new Intl.DateTimeFormat(locale, { ...formats[precision], ...(timeZone && { timeZone }) });
  known.set(key, format);
  return format;
};

/** An instant, such as `2026-11-20T10:00:00Z`, in the reader's locale and time zone. */
export const formatDate = (iso: string, precision: DatePrecision = 'minute'): string =>
  formatter(precision).format(new Date(iso));

/**
 * `2017-02-09T19:51:38+01:00` as the clock of the camera showed it: in the reader's locale, but never
 * shifted to the reader's zone. The offset is appended where it is known.
 */
export const formatCameraTime = (text: string, precision: DatePrecision = 'second'): string => {
  const [, wallClock = '', offset = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(.*)$/.exec(text) ?? [];
  const time = new Date(`${wallClock}Z`);
  if (Number.isNaN(time.getTime())) return text;
  const shown = formatter(precision, 'UTC').format(time);
  if (!offset || precision === 'day' || precision === 'month') return shown;
  return `${shown} (UTC${offset === 'Z' ? '' : offset})`;
};

/** `13 – 14 November 2026`, from two days such as `2026-11-13`. */
export const formatDayRange = (from: string, to: string): string =>
  formatter('date', 'UTC').formatRange(new Date(`${from}T00:00:00Z`), new Date(`${to}T00:00:00Z`));

/** `2026-11-20`: the day of an instant in the reader's zone. */
export const localDay = (iso: string): string => {
  const date = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};
