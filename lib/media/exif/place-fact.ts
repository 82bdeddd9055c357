import type { Facts } from './facts.ts';

/** Degrees, or degrees, minutes and seconds; unknown ones are null. */
export type Angle = readonly (number | null)[];

/** The numbers of `47,22.5N` or `47 22 30`. */
export const angleInText = (text: string): Angle =>
  (text.slice(0, 100).match(/\d{1,9}(?:\.\d{1,12})?/g) ?? []).slice(0, 3).map(Number);

const maxAltitude = 1_000_000; // metres: beyond is a negative number that was stored as unsigned

/**
 * A place of angles and the letters of their hemispheres. Letters decide, so that a sign is not
 * applied twice. Null without a hemisphere, beyond a pole, and at 0, 0, where receivers without a
 * signal are and no camera is.
 */
export const placeFact = (place: {
  lat: Angle;
  latRef: string;
  lon: Angle;
  lonRef: string;
  alt: number | null;
}): Facts['gps'] => {
  const lat = degreesIn(place.lat, hemisphereSign(place.latRef, 'n', 's'), 90);
  const lon = degreesIn(place.lon, hemisphereSign(place.lonRef, 'e', 'w'), 180);
  if (lat === null || lon === null || (lat === 0 && lon === 0)) return null;
  const alt = place.alt !== null && Math.abs(place.alt) < maxAltitude ? place.alt : null;
  return { lat, lon, alt };
};

const hemisphereSign = (
  reference: string,
  positive: string,
  negative: string,
): 1 | -1 | undefined => {
  const letter = reference.trim().charAt(0).toLowerCase();
  if (letter === positive) return 1;
  return letter === negative ? -1 : undefined;
};

/** Minutes and seconds may be unknown, degrees may not. */
const degreesIn = (angle: Angle, sign: number | undefined, maxDegrees: number): number | null => {
  const [first] = angle;
  if (!sign || typeof first !== 'number') return null;
  const degrees = angle
    .slice(0, 3)
    .reduce<number>((sum, part, index) => sum + Math.abs(part ?? 0) / 60 ** index, 0);
  return degrees <= maxDegrees ? (degrees === 0 ? 0 : sign * degrees) : null;
};

/** EXIF 3.0: 0 above and 1 below sea level, 2 and 3 likewise for the ellipsoid; 0 where unsaid. */
export const altitudeFact = (metres: number | null, reference: unknown): number | null => {
  const isBelow = /^\s*[13]/.test(String(reference ?? ''));
  if (metres === null || metres === 0) return metres;
  return isBelow ? -Math.abs(metres) : metres;
};
