import {
  descriptionFact,
  exposureByApex,
  fNumberByApex,
  isoFact,
  keywordsFact,
  lensFact,
  measureFact,
  numberInText,
  textFact,
} from './fact-values.ts';
import type { Facts } from './facts.ts';
import { type Angle, altitudeFact, angleInText, placeFact } from './place-fact.ts';
import type { Tags } from './tiff-tags.ts';
import { timeFact } from './time-fact.ts';

/** What EXIF tags say, by exifr's names; null where the camera was silent or did not know. */
export const factsInTags = (tags: Tags): Facts => {
  const one = (name: string) => firstValue(tags.get(name));
  return {
    cameraMake: textFact(tags.get('Make')),
    cameraModel: textFact(tags.get('Model')),
    lensModel: lensFact(tags.get('LensModel')) ?? lensFact(tags.get('Lens')),
    datetimeOriginal:
      timeFact(tags.get('DateTimeOriginal'), tags.get('OffsetTimeOriginal')) ??
      timeFact(tags.get('CreateDate'), tags.get('OffsetTimeDigitized')),
    iso: isoFact(isoTags.map((name) => tags.get(name))),
    focalLength: measureFact(one('FocalLength')),
    exposureTime: measureFact(one('ExposureTime')) ?? exposureByApex(one('ShutterSpeedValue')),
    fNumber: measureFact(one('FNumber')) ?? fNumberByApex(one('ApertureValue')),
    gps: placeFact({
      lat: angleIn(tags.get('GPSLatitude')),
      latRef: referenceIn(tags.get('GPSLatitudeRef')),
      lon: angleIn(tags.get('GPSLongitude')),
      lonRef: referenceIn(tags.get('GPSLongitudeRef')),
      alt: altitudeFact(toAltitude(one('GPSAltitude')), one('GPSAltitudeRef')),
    }),
    title: textFact(tags.get('XPTitle')),
    description: descriptionFact(tags.get('ImageDescription')),
    keywords: keywordsFact(String(tags.get('XPKeywords') ?? '').split(';')),
  };
};

/** EXIF 3.0 §4.6.6.7: the wider ones say what a short cannot hold. */
const isoTags = ['ISO', 'RecommendedExposureIndex', 'ISOSpeed', 'StandardOutputSensitivity'];

const firstValue = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);

const toNumber = (value: unknown): number | null => (typeof value === 'number' ? value : null);

const toAltitude = (value: unknown): number | null =>
  typeof value === 'string' ? (numberInText(value) ?? null) : toNumber(value);

/** Three rationals by the standard; some write `52,00,50.0` as text. */
const angleIn = (value: unknown): Angle =>
  typeof value === 'string'
    ? angleInText(value)
    : (Array.isArray(value) ? value : [value]).slice(0, 3).map(toNumber);

/** A letter, or its number where the writer called it a byte. */
const referenceIn = (value: unknown): string => {
  const first = firstValue(value);
  return typeof first === 'number' ? String.fromCharCode(first & 0x7f) : String(first ?? '');
};
