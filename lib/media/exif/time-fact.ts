const date = String.raw`(?<year>\d{4})[:/.-]\s?(?<month>\d{1,2})[:/.-]\s?(?<day>\d{1,2})`;
const half = String.raw`(?<half>[ap]\.?m\.?|[上下]午|午[前後]|오[전후])`;
const clock = String.raw`(?<hour>\d{1,2}):\s?(?<minute>\d{1,2})(?::\s?(?<second>\d{1,2}))?(?:[.,]\d+)?`;
const zone = String.raw`(?<zone>z|[+-]\d{1,2}:?\d{2})`;
const written = new RegExp(
  `^\\s*${date}(?:[t\\s]\\s{0,3}(?:${half}\\s?)?${clock}\\s?(?:${half.replace('half', 'half2')})?\\s?${zone}?)?`,
  'i',
);

/**
 * A time as EXIF, XMP or a clumsy program writes it, as `2017-02-09T19:51:38`, with the offset that
 * stands behind it or in `offset`. A date alone begins at midnight. Null for blanks and zeros, which
 * cameras with an unset clock write, and for times that no calendar has.
 */
export const timeFact = (value: unknown, offset?: unknown): string | null => {
  const found = typeof value === 'string' ? written.exec(value.slice(0, 64))?.groups : undefined;
  if (!found || Number(found['year']) < 1_000) return null;
  const two = (name: string) => (found[name] ?? '0').padStart(2, '0');
  const hour = toHour(Number(found['hour'] ?? 0), found['half'] ?? found['half2'] ?? '');
  const day = `${found['year']}-${two('month')}-${two('day')}`;
  const local = `${day}T${String(hour).padStart(2, '0')}:${two('minute')}:${two('second')}`;
  return exists(local) ? local + (offsetIn(found['zone']) ?? offsetIn(offset) ?? '') : null;
};

/** 12 AM is 0; some phones count to 24 where the clock begins with 0. */
const toHour = (hour: number, half: string): number => {
  if (hour === 24) return 0;
  if (!half || hour > 12) return hour;
  return (hour % 12) + (/^p|下午|午後|오후/i.test(half) ? 12 : 0);
};

/** The 31st of February comes back as another day. */
const exists = (local: string) => {
  const time = Date.parse(`${local}Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(local);
};

/** `Z`, or hours and minutes with a sign; nothing for blanks and for what no zone has. */
export const offsetIn = (value: unknown): string | undefined => {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^z$/i.test(text)) return 'Z';
  const [, sign, hours = '', minutes = ''] = /^([+-])(\d{1,2}):?(\d{2})$/.exec(text) ?? [];
  return sign && Number(hours) <= 14 && Number(minutes) < 60
    ? `${sign}${hours.padStart(2, '0')}:${minutes}`
    : undefined;
};
