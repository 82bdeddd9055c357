/** A colour in CIE xy. */
export type Chromaticity = readonly [x: number, y: number];

/** The three primaries and the white of an RGB colour space. */
export type Primaries = {
  red: Chromaticity;
  green: Chromaticity;
  blue: Chromaticity;
  white: Chromaticity;
};

/** A channel's stored value, 0 to 1, as linear light, 0 to 1. */
export type Curve = (value: number) => number;

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/** The white of ICC's connection space: ICC.1:2022 §7.2.16. */
const d50: Triple = [0.9642, 1, 0.8249];
const bradford: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

const curvePoints = 4_096; // lcms interpolates between them: an error below 0.1 of 255 anywhere

/**
 * An ICC profile (version 4.3, ICC.1:2022) of a display with these primaries and this curve. It
 * says in a language that libvips understands what a PNG's chunks or an nclx box say in numbers.
 */
export const rgbProfile = ({ red, green, blue, white }: Primaries, curve: Curve): Buffer => {
  const toXyz = multiply(
    adaptToD50(chromaticityToXyz(white)),
    primariesToXyz([red, green, blue], white),
  );
  const column = (index: 0 | 1 | 2): Triple => [toXyz[0][index], toXyz[1][index], toXyz[2][index]];
  const trc = curveTag(curve);
  return profile('RGB ', [
    ['wtpt', xyzTag(d50)],
    ['rXYZ', xyzTag(column(0))],
    ['gXYZ', xyzTag(column(1))],
    ['bXYZ', xyzTag(column(2))],
    ['rTRC', trc],
    ['gTRC', trc],
    ['bTRC', trc],
  ]);
};

/** The same for grey, which has no primaries. */
export const greyProfile = (curve: Curve): Buffer =>
  profile('GRAY', [
    ['wtpt', xyzTag(d50)],
    ['kTRC', curveTag(curve)],
  ]);

const chromaticityToXyz = ([x, y]: Chromaticity): Triple => [x / y, 1, (1 - x - y) / y];

/** Each primary at the strength that makes all three together white. */
const primariesToXyz = (
  primaries: readonly [Chromaticity, Chromaticity, Chromaticity],
  white: Chromaticity,
): Matrix => {
  const [red, green, blue] = primaries.map(chromaticityToXyz) as [Triple, Triple, Triple];
  const columns: Matrix = [
    [red[0], green[0], blue[0]],
    [red[1], green[1], blue[1]],
    [red[2], green[2], blue[2]],
  ];
  const [r, g, b] = apply(invert(columns), chromaticityToXyz(white));
  return columns.map((row) => [row[0] * r, row[1] * g, row[2] * b]) as unknown as Matrix;
};

/** Bradford's chromatic adaptation: ICC.1:2022, annex E. */
const adaptToD50 = (white: Triple): Matrix => {
  const [from, to] = [apply(bradford, white), apply(bradford, d50)];
  const scale: Matrix = [
    [to[0] / from[0], 0, 0],
    [0, to[1] / from[1], 0],
    [0, 0, to[2] / from[2]],
  ];
  return multiply(invert(bradford), multiply(scale, bradford));
};

const apply = (matrix: Matrix, [x, y, z]: Triple): Triple =>
  matrix.map((row) => row[0] * x + row[1] * y + row[2] * z) as unknown as Triple;

const multiply = (one: Matrix, other: Matrix): Matrix => {
  const column = (index: 0 | 1 | 2) =>
    apply(one, [other[0][index], other[1][index], other[2][index]]);
  const [first, second, third] = [column(0), column(1), column(2)];
  return [
    [first[0], second[0], third[0]],
    [first[1], second[1], third[1]],
    [first[2], second[2], third[2]],
  ];
};

const invert = ([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix => {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const rows: Matrix = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ];
  return rows.map((row) => row.map((value) => value / determinant)) as unknown as Matrix;
};

const xyzTag = (values: Triple): Buffer => {
  const tag = Buffer.alloc(20);
  tag.write('XYZ ', 'latin1');
  for (const [index, value] of values.entries())
    tag.writeInt32BE(Math.round(value * 65_536), 8 + 4 * index);
  return tag;
};

const curveTag = (curve: Curve): Buffer => {
  const tag = Buffer.alloc(12 + 2 * curvePoints);
  tag.write('curv', 'latin1');
  tag.writeUInt32BE(curvePoints, 8);
  for (let point = 0; point < curvePoints; point++) {
    const light = Math.min(1, Math.max(0, curve(point / (curvePoints - 1))));
    tag.writeUInt16BE(Math.round(light * 65_535), 12 + 2 * point);
  }
  return tag;
};

/** Multi-localized text (§10.15), in English. */
const textTag = (text: string): Buffer => {
  const tag = Buffer.alloc(28 + 2 * text.length);
  tag.write('mluc', 'latin1');
  tag.writeUInt32BE(1, 8);
  tag.writeUInt32BE(12, 12);
  tag.write('enUS', 16, 'latin1');
  tag.writeUInt32BE(2 * text.length, 20);
  tag.writeUInt32BE(28, 24);
  Buffer.from(text, 'utf16le').swap16().copy(tag, 28);
  return tag;
};

/** Header (§7.2) and table of tags (§7.3). Equal tags share their data. */
const profile = (space: 'RGB ' | 'GRAY', tags: [string, Buffer][]): Buffer => {
  const text = textTag('as the file says');
  const all: [string, Buffer][] = [['desc', text], ['cprt', text], ...tags];
  const header = Buffer.alloc(132 + 12 * all.length);
  header.writeUInt32BE(0x04300000, 8);
  header.write(`mntr${space}XYZ `, 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  for (const [index, value] of d50.entries())
    header.writeInt32BE(Math.round(value * 65_536), 68 + 4 * index);
  header.writeUInt32BE(all.length, 128);
  const parts: Buffer[] = [header];
  const places = new Map<Buffer, number>();
  let end = header.length;
  for (const [index, [name, data]] of all.entries()) {
    const place = places.get(data) ?? end;
    if (place === end) {
      const padded = Buffer.concat([data, Buffer.alloc(-data.length & 3)]);
      parts.push(padded);
      places.set(data, place);
      end += padded.length;
    }
    header.write(name, 132 + 12 * index, 'latin1');
    header.writeUInt32BE(place, 136 + 12 * index);
    header.writeUInt32BE(data.length, 140 + 12 * index);
  }
  header.writeUInt32BE(end, 0);
  return Buffer.concat(parts);
};
