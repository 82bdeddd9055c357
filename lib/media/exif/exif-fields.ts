import type { Exif } from '#lib/images/exif.ts';
import type { Tags } from './tiff-tags.ts';

const mostCharacters = 256;

/** The few facts that everybody asks for, from tags by name; null where the camera was silent. */
export const exifFieldsOf = (tags: Tags): Exif => ({
  cameraMake: textIn(tags, 'Make'),
  cameraModel: textIn(tags, 'Model'),
  lensModel: textIn(tags, 'LensModel'),
  datetimeOriginal: takenAt(tags),
  iso: isoIn(tags),
  focalLength: numberIn(tags, 'FocalLength'),
  exposureTime: numberIn(tags, 'ExposureTime'),
  fNumber: numberIn(tags, 'FNumber'),
  gps: placeIn(tags),
});

const textIn = (tags: Tags, name: string): string | null => {
  const value = tags.get(name);
  return typeof value === 'string' ? [...value].slice(0, mostCharacters).join('') : null;
};

/** None of our measures is ever negative; a camera that says so does not know. */
const numberIn = (tags: Tags, name: string): number | null => {
  const value = tags.get(name);
  const number = Array.isArray(value) ? value[0] : value;
  return typeof number === 'number' && number >= 0 ? number : null;
};

/** 65535 means "more than fits here": EXIF 2.3 has wider tags for it. */
const isoIn = (tags: Tags): number | null => {
  const iso = numberIn(tags, 'ISO');
  if (iso !== null && iso < 65_535) return iso;
  return numberIn(tags, 'RecommendedExposureIndex') ?? numberIn(tags, 'ISOSpeed') ?? iso;
};

/** Local time as written; blanks and zeros, which cameras with an unset clock write, are no time. */
const takenAt = (tags: Tags): string | null => {
  const written = textIn(tags, 'DateTimeOriginal') ?? '';
  const found = /^(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d:\d\d:\d\d)/.exec(written);
  const local = found && `${found[1]}-${found[2]}-${found[3]}T${found[4]}`;
  if (!local || found[1] === '0000' || !exists(local)) return null;
  const offset = textIn(tags, 'OffsetTimeOriginal') ?? '';
  return /^[+-](0\d|1[0-4]):[0-5]\d$/.test(offset) ? `${local}${offset}` : local;
};

/** The 31st of February comes back as another day. */
const exists = (local: string) => {
  const time = Date.parse(`${local}Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(local);
};

const placeIn = (tags: Tags): Exif['gps'] => {
  const lat = degreesIn(tags, 'GPSLatitude', { N: 1, S: -1 }, 90);
  const lon = degreesIn(tags, 'GPSLongitude', { E: 1, W: -1 }, 180);
  return lat === null || lon === null ? null : { lat, lon, alt: altitudeIn(tags) };
};

/** Degrees, minutes, seconds; without its hemisphere a number is not a place. */
const degreesIn = (tags: Tags, name: string, signs: Record<string, number>, most: number) => {
  const value = tags.get(name);
  const parts: unknown[] = Array.isArray(value) ? value.slice(0, 3) : [value];
  const sign = signs[textIn(tags, `${name}Ref`)?.[0]?.toUpperCase() ?? ''];
  if (!sign || !parts.every((part) => typeof part === 'number')) return null;
  const degrees = parts.reduce((sum, part, index) => sum + part / 60 ** index, 0);
  return degrees <= most ? (Object.is(degrees, 0) ? 0 : sign * degrees) : null;
};

/** EXIF 3.0: 0 above and 1 below sea level, 2 and 3 likewise for the ellipsoid; 0 where unsaid. */
const altitudeIn = (tags: Tags): number | null => {
  const altitude = numberIn(tags, 'GPSAltitude');
  const reference = numberIn(tags, 'GPSAltitudeRef');
  return altitude && (reference === 1 || reference === 3) ? -altitude : altitude;
};
