import type { Exif } from '#lib/images/exif.ts';

/** The fields by the names that the API gives them. */
const fields: Record<string, keyof Exif> = {
  camera_make: 'cameraMake',
  camera_model: 'cameraModel',
  lens_model: 'lensModel',
  datetime_original: 'datetimeOriginal',
  iso: 'iso',
  focal_length: 'focalLength',
  exposure_time: 'exposureTime',
  f_number: 'fNumber',
  gps: 'gps',
};

type Found = { exif: Exif } | null;

/** Where what was read differs from what is right; a field that is not named is not compared. */
export const compareExif = (
  found: Found,
  expected: Record<string, unknown> | null,
  source?: string,
): string[] => {
  if (expected === null) return found === null ? [] : ['has EXIF, should have none'];
  if (found === null) return ['has no EXIF'];
  const wrong = Object.entries(expected).flatMap(([name, should]) => {
    const field = fields[name];
    const is = field && found.exif[field];
    return field && !agrees(is ?? null, should)
      ? [`${name} is ${JSON.stringify(is)} instead of ${JSON.stringify(should)}`]
      : [];
  });
  const sources: string[] = Object.values(found.exif.sources ?? {});
  return source && !sources.includes(source) ? [...wrong, `no field is from ${source}`] : wrong;
};

const isChoice = (value: unknown): value is { one_of: unknown[] } =>
  typeof value === 'object' && value !== null && 'one_of' in value;

/** Numbers may differ by 0.2 %, degrees by 0.00001. */
const agrees = (is: unknown, should: unknown): boolean => {
  if (isChoice(should)) return should.one_of.some((one) => agrees(is, one));
  if (typeof is === 'number' && typeof should === 'number')
    return Math.abs(is - should) <= Math.max(Math.abs(should) * 0.002, 1e-9);
  if (typeof is !== 'object' || typeof should !== 'object' || !is || !should) return is === should;
  return Object.entries(should).every(([name, value]) => {
    const other = (is as Record<string, unknown>)[name];
    return typeof value === 'number' && typeof other === 'number'
      ? Math.abs(value - other) <= (name === 'alt' ? 0.02 : 0.000_01)
      : value === (other ?? null);
  });
};
