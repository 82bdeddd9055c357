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
import { altitudeFact, angleInText, placeFact } from './place-fact.ts';
import { timeFact } from './time-fact.ts';
import type { XmpProperties } from './xmp-properties.ts';

/** Most telling first: when it was taken, then when what we have of it was made. */
const timeProperties = [
  'exif:DateTimeOriginal',
  'photoshop:DateCreated',
  'exif:DateTimeDigitized',
  'xmp:CreateDate',
];
const lensProperties = ['exifEX:LensModel', 'aux:Lens', 'exif:LensModel'];
const isoProperties = ['exif:ISOSpeedRatings', 'exifEX:PhotographicSensitivity'];

/** What XMP holds, by the names of its namespaces for EXIF, TIFF, Dublin Core and Photoshop. */
export const factsInXmp = (properties: XmpProperties): Facts => {
  const one = (name: string) => properties.get(name)?.[0];
  const number = (name: string) => numberInText(one(name) ?? '');
  const first = <Value>(names: string[], read: (text: unknown) => Value | null) =>
    names.map((name) => read(one(name))).find((value) => value !== null) ?? null;
  const [lat, lon] = [angleIn(one('exif:GPSLatitude')), angleIn(one('exif:GPSLongitude'))];
  return {
    cameraMake: textFact(one('tiff:Make')),
    cameraModel: textFact(one('tiff:Model')),
    lensModel: first(lensProperties, lensFact),
    datetimeOriginal: first(timeProperties, (text) => timeFact(text)),
    iso: isoFact(isoProperties.map(one)),
    focalLength: measureFact(number('exif:FocalLength')),
    exposureTime:
      measureFact(number('exif:ExposureTime')) ?? exposureByApex(number('exif:ShutterSpeedValue')),
    fNumber: measureFact(number('exif:FNumber')) ?? fNumberByApex(number('exif:ApertureValue')),
    gps: placeFact({
      lat: lat.angle,
      latRef: lat.reference ?? (lat.isNegative ? 'S' : 'N'),
      lon: lon.angle,
      lonRef: lon.reference ?? (lon.isNegative ? 'W' : 'E'),
      alt: altitudeFact(number('exif:GPSAltitude') ?? null, one('exif:GPSAltitudeRef')),
    }),
    title: textFact(one('dc:title')),
    description: descriptionFact(one('dc:description')),
    keywords: keywordsFact(properties.get('dc:subject') ?? []),
  };
};

/** `47,22.5N`, `47,22,30N` (XMP specification part 2, §1.2.7.4), or what others write: `-47.375`. */
const angleIn = (text = '') => {
  const [reference] = /[nsew]\s*$/i.exec(text) ?? [];
  const angle = angleInText(text);
  return { angle, reference, isNegative: text.trim().startsWith('-') };
};
