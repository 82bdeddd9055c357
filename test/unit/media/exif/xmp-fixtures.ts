import { drawnPng } from '#test/support/drawn-pictures.ts';
import { xmpPacket } from './jpeg-segments.ts';

export const xmpFacts = `
  <exif:DateTimeOriginal>2019-05-04T03:02:01+02:00</exif:DateTimeOriginal>
  <exif:GPSLatitude>47,22.5N</exif:GPSLatitude><exif:GPSLongitude>8,32,30W</exif:GPSLongitude>
  <exif:GPSAltitude>4081/10</exif:GPSAltitude><exif:GPSAltitudeRef>1</exif:GPSAltitudeRef>
  <exif:ISOSpeedRatings><rdf:Seq><rdf:li>320</rdf:li></rdf:Seq></exif:ISOSpeedRatings>
  <dc:title><rdf:Alt><rdf:li xml:lang="de">Hafen</rdf:li><rdf:li xml:lang="x-default">Harbour &amp; quay</rdf:li></rdf:Alt></dc:title>
  <dc:description><rdf:Alt><rdf:li xml:lang="x-default"><![CDATA[Two <b> boats]]></rdf:li></rdf:Alt></dc:description>
  <dc:subject><rdf:Bag><rdf:li>boats</rdf:li><rdf:li>d&#xFC;sk</rdf:li><rdf:li>boats</rdf:li></rdf:Bag></dc:subject>`;

const xmpAttributes = `tiff:Make="XmpMake" tiff:Model='XmpModel' aux:Lens="Lens 35mm f/2"
  exif:ExposureTime="1/50" exif:FNumber="28/10" exif:FocalLength="35/1" tiff:Orientation="6"`;

export const packet = xmpPacket(xmpFacts, xmpAttributes);

export const png = () => drawnPng({ width: 64, height: 48 });

export const small = { width: 64, height: 48 };
