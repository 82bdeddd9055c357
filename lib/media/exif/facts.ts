import { type Exif, ExifField, type MetadataSource } from '#lib/images/exif.ts';

/** The fields of a record as one source states them; null where it has none. */
export type Facts = { [field in ExifField]: NonNullable<Exif[field]> | null };

export const noFacts = (): Facts => ({
  cameraMake: null,
  cameraModel: null,
  lensModel: null,
  datetimeOriginal: null,
  iso: null,
  focalLength: null,
  exposureTime: null,
  fNumber: null,
  gps: null,
  title: null,
  description: null,
  keywords: null,
});

type Source = MetadataSource | 'exif';

/** Each field from the first source that has it, and the names of those not from EXIF. */
export const mergeFacts = (sources: readonly (readonly [Source, Facts])[]): Exif => {
  const merged = noFacts();
  const from: NonNullable<Exif['sources']> = {};
  const take = <Field extends ExifField>(field: Field) => {
    const [source, facts] = sources.find(([, known]) => known[field] !== null) ?? [];
    if (!source || !facts) return;
    merged[field] = facts[field];
    if (source !== 'exif') from[field] = source;
  };
  for (const field of ExifField.options) take(field);
  const { title, description, keywords, ...others } = merged;
  return {
    ...others,
    ...(title !== null && { title }),
    ...(description !== null && { description }),
    ...(keywords !== null && { keywords }),
    ...(Object.keys(from).length > 0 && { sources: from }),
  };
};

export const isSilent = (facts: Facts): boolean =>
  Object.values(facts).every((value) => value === null);
