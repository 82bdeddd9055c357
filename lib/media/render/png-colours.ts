import {
  type CodedColours,
  gammaCurve,
  readCodePoints,
  srgbCurve,
  srgbPrimaries,
} from './code-points.ts';
import { greyProfile, type Primaries, rgbProfile } from './icc-profile.ts';

/**
 * What a PNG says of its colours besides an ICC profile, by precedence (PNG, third edition, §4.3):
 * cICP before iCCP before sRGB before gAMA and cHRM. `icc` leaves it to the profile.
 */
export const readPngColours = (bytes: Uint8Array): CodedColours | 'icc' => {
  const chunks = chunksBeforePixels(bytes);
  const cicp = chunks.get('cICP');
  if (cicp && cicp.length >= 4)
    return readCodePoints({ primaries: cicp.readUInt8(0), transfer: cicp.readUInt8(1) });
  if (chunks.has('iCCP')) return 'icc';
  if (chunks.has('sRGB')) return 'srgb';
  return readGamma(chunks.get('gAMA'), chunks.get('cHRM'), isGrey(chunks.get('IHDR')));
};

const chunksBeforePixels = (bytes: Uint8Array): Map<string, Buffer> => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Map<string, Buffer>();
  for (let at = 8; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') break;
    if (!found.has(type)) found.set(type, file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return found;
};

/** Colour types 0 and 4: §11.2.1. */
const isGrey = (header: Buffer | undefined): boolean => ((header?.[9] ?? 0) & 2) === 0;

const almostSrgb = 45_455; // 1/2.2, which is how writers say sRGB without a chunk of that name
const tolerance = 2_000;

const readGamma = (
  gamma: Buffer | undefined,
  chromaticities: Buffer | undefined,
  grey: boolean,
): CodedColours => {
  const stored = gamma && gamma.length >= 4 ? gamma.readUInt32BE(0) : almostSrgb;
  const isUsual = Math.abs(stored - almostSrgb) <= tolerance || stored === 0;
  const curve = isUsual ? srgbCurve : gammaCurve(100_000 / stored);
  const primaries = (!grey && chromaticities && readPrimaries(chromaticities)) || srgbPrimaries;
  if (isUsual && primaries === srgbPrimaries) return 'srgb';
  return { profile: grey ? greyProfile(curve) : rgbProfile(primaries, curve) };
};

/** §11.3.2.1: white, red, green and blue as x and y, in hundred thousandths. Nonsense counts as unsaid. */
const readPrimaries = (chunk: Buffer): Primaries | undefined => {
  if (chunk.length < 32) return undefined;
  const at = (index: number) =>
    [chunk.readUInt32BE(8 * index) / 100_000, chunk.readUInt32BE(8 * index + 4) / 100_000] as const;
  const primaries = { white: at(0), red: at(1), green: at(2), blue: at(3) };
  const { white, red, green, blue } = primaries;
  const isSane = [white, red, green, blue].every(([x, y]) => x >= 0 && y > 0 && x + y <= 1.1);
  if (!isSane || area(red, green, blue) < 0.01) return undefined;
  const isSrgb = (['white', 'red', 'green', 'blue'] as const).every((name) =>
    primaries[name].every(
      (value, axis) => Math.abs(value - (srgbPrimaries[name][axis] ?? 0)) < 0.005,
    ),
  );
  return isSrgb ? srgbPrimaries : primaries;
};

const area = (
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
  [cx, cy]: readonly [number, number],
) => Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2;
