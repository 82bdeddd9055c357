import type { Exif } from '#lib/images/exif.ts';
import { descriptionFact } from '#lib/media/exif/fact-values.ts';

/** What `exiftool -json -n -a -G1` prints of one file: values by `Group:Tag`. */
export type ExifToolTags = Record<string, unknown>;

export const comparedFields = [
  'make',
  'model',
  'lens',
  'date',
  'offset',
  'iso',
  'focal length',
  'exposure',
  'f-number',
  'latitude',
  'longitude',
  'altitude',
  'title',
  'description',
  'keywords',
] as const;
export type ComparedField = (typeof comparedFields)[number];

/** `missed`: ExifTool has a value and we have none. `extra`: the other way round. */
export type Verdict = 'equal' | 'both silent' | 'contradicted' | 'missed' | 'extra';

type Value = string | number | undefined;
export type Comparison = { field: ComparedField; verdict: Verdict; ours: Value; theirs: Value };

/** ExifTool's standard tags for each field, in the order in which we read ours. */
const tags: Record<ComparedField, readonly string[]> = {
  make: ['IFD0:Make', 'ExifIFD:Make', 'XMP-tiff:Make'],
  model: ['IFD0:Model', 'ExifIFD:Model', 'XMP-tiff:Model'],
  lens: ['ExifIFD:LensModel', 'IFD0:LensModel', 'XMP-exifEX:LensModel', 'XMP-aux:Lens'],
  date: [
    'ExifIFD:DateTimeOriginal',
    'IFD0:DateTimeOriginal',
    'ExifIFD:CreateDate',
    'IFD0:CreateDate',
    'XMP-exif:DateTimeOriginal',
    'XMP-photoshop:DateCreated',
    'XMP-exif:DateTimeDigitized',
    'XMP-xmp:CreateDate',
    'Composite:DateTimeCreated',
    'IPTC:DateCreated',
    'Composite:DigitalCreationDateTime',
  ],
  offset: ['ExifIFD:OffsetTimeOriginal'],
  iso: ['ExifIFD:ISO', 'IFD0:ISO', 'XMP-exif:ISO', 'XMP-exifEX:PhotographicSensitivity'],
  'focal length': ['ExifIFD:FocalLength', 'IFD0:FocalLength', 'XMP-exif:FocalLength'],
  exposure: [
    'ExifIFD:ExposureTime',
    'IFD0:ExposureTime',
    'ExifIFD:ShutterSpeedValue',
    'XMP-exif:ExposureTime',
    'XMP-exif:ShutterSpeedValue',
  ],
  'f-number': [
    'ExifIFD:FNumber',
    'IFD0:FNumber',
    'ExifIFD:ApertureValue',
    'XMP-exif:FNumber',
    'XMP-exif:ApertureValue',
  ],
  latitude: ['Composite:GPSLatitude'],
  longitude: ['Composite:GPSLongitude'],
  altitude: ['Composite:GPSAltitude'],
  title: ['IFD0:XPTitle', 'XMP-dc:Title', 'IPTC:ObjectName'],
  description: [
    'IFD0:ImageDescription',
    'ExifIFD:ImageDescription',
    'XMP-dc:Description',
    'IPTC:Caption-Abstract',
  ],
  keywords: ['IFD0:XPKeywords', 'XMP-dc:Subject', 'IPTC:Keywords'],
};

/** One row for each field of a file. */
export const compareWithTags = (exif: Exif | undefined, exifTool: ExifToolTags): Comparison[] =>
  comparedFields.map((field) => {
    const ours = ourValue(field, exif);
    const theirs = theirValue(field, exifTool);
    return { field, ours, theirs, verdict: verdictOn(field, ours, theirs) };
  });

const verdictOn = (field: ComparedField, ours: Value, theirs: Value): Verdict => {
  if (ours === undefined) return theirs === undefined ? 'both silent' : 'missed';
  if (theirs === undefined) return 'extra';
  return areEqual(field, ours, theirs) ? 'equal' : 'contradicted';
};

/** Half a per mille for numbers that were divided or computed, and a metre on the ground. */
const areEqual = (field: ComparedField, ours: string | number, theirs: string | number) => {
  if (typeof ours === 'number' && typeof theirs === 'number') {
    const isAngle = field === 'latitude' || field === 'longitude';
    return Math.abs(ours - theirs) <= (isAngle ? 0.000_01 : Math.abs(theirs) * 0.002);
  }
  if (field === 'date') return String(ours).startsWith(String(theirs));
  if (ours === theirs || Number(ours) === Number(theirs)) return true; // JSON has `1.0` as 1
  return String(theirs).includes('?') && onlyAscii(String(ours)) === theirs;
};

/** ExifTool shows `?` for a byte that is no UTF-8. */
const onlyAscii = (text: string) => text.replace(/[^\0-\x7f]/gu, '?');

const ourValue = (field: ComparedField, exif: Exif | undefined): Value => {
  if (!exif) return undefined;
  const isOwnLens = exif.sources?.['lensModel'] !== 'maker_note'; // no standard tag of ExifTool's
  const [, time, offset] = /^(.{19})(.*)$/.exec(exif.datetimeOriginal ?? '') ?? [];
  const isOffsetOfExif = !exif.sources?.['datetimeOriginal'];
  const values: Record<ComparedField, string | number | null | undefined | false> = {
    make: exif.cameraMake,
    model: exif.cameraModel,
    lens: isOwnLens && exif.lensModel,
    date: time,
    offset: isOffsetOfExif && offset,
    iso: exif.iso,
    'focal length': exif.focalLength,
    exposure: exif.exposureTime,
    'f-number': exif.fNumber,
    latitude: exif.gps?.lat,
    longitude: exif.gps?.lon,
    altitude: exif.gps?.alt,
    title: exif.title,
    description: exif.description,
    keywords: exif.keywords?.flatMap((keyword) => keyword.split(/;\s*/)).join('; '),
  };
  const value = values[field];
  return typeof value === 'string' ? comparable(value) : (value ?? undefined) || numberOr(value);
};

const numberOr = (value: unknown) => (value === 0 ? 0 : undefined);

const theirValue = (field: ComparedField, exifTool: ExifToolTags): Value => {
  if (isNullIsland(exifTool) && ['latitude', 'longitude', 'altitude'].includes(field))
    return undefined;
  for (const tag of tags[field]) {
    const value = meant(field, exifTool[tag]);
    if (value !== undefined && !(isApex.has(tag) && value === 1)) return value;
  }
  return undefined;
};

/** ExifTool converts them: 1 stands for APEX 0, which cameras write that do not know. */
const isApex = new Set([
  'ExifIFD:ShutterSpeedValue',
  'ExifIFD:ApertureValue',
  'XMP-exif:ShutterSpeedValue',
  'XMP-exif:ApertureValue',
]);

const isNullIsland = (exifTool: ExifToolTags) =>
  !exifTool['Composite:GPSLatitude'] && !exifTool['Composite:GPSLongitude'];

/** What ExifTool repeats of the file, as a person reads it: zeros and blanks mean "unknown". */
const meant = (field: ComparedField, value: unknown): Value => {
  if (value === undefined || value === null) return undefined;
  if (field === 'date') return meantTime(String(value));
  if (field === 'offset')
    return /^[+-]\d\d:\d\d$|^Z$/.test(String(value)) ? String(value) : undefined;
  if (field === 'keywords') return comparable(splitKeywords(value).join('; '));
  if (field === 'description') return comparable(descriptionFact(String(value)) ?? '');
  if (isText(field)) return comparable(String(value));
  const number = Number([value].flat()[0]);
  if (isPlace(field)) return Number.isFinite(number) ? number : undefined;
  const matchesEtag =
    Number.isFinite(number) && number > 0 && number !== 65_535 && number < 0xffff_ffff;
  return matchesEtag ? number : undefined;
};

const splitKeywords = (value: unknown) => {
  const texts = typeof value === 'string' ? value.split(/;\s*/) : [value].flat().map(String);
  return [...new Set(texts.map((text) => text.trim()))];
};

const isText = (field: ComparedField) =>
  ['make', 'model', 'lens', 'title', 'description'].includes(field);
const isPlace = (field: ComparedField) => ['latitude', 'longitude', 'altitude'].includes(field);

/** White space and length are a matter of taste; `?` and `.` stand for what is no text. */
const comparable = (text: string): string | undefined =>
  text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 200) || undefined;

/** `03:20:30 PM` is twelve hours later; a year before 1000 or a month 0 is an unset clock. */
const meantTime = (text: string): string | undefined => {
  const [, year = '', month, day, hour, rest = '', half = ''] =
    /^(\d{4})[:-](\d\d)[:-](\d\d)(?: (\d\d)(:\d\d(?::\d\d)?)(?:.*([AP]M))?)?/.exec(text) ?? [];
  if (!month || !day || Number(year) < 1_000 || month === '00' || day === '00') return undefined;
  if (!hour) return `${year}-${month}-${day}`;
  const shown = half ? (Number(hour) % 12) + (half === 'PM' ? 12 : 0) : Number(hour);
  return `${year}-${month}-${day}T${String(shown).padStart(2, '0')}${rest}`;
};
