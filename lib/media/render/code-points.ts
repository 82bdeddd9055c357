import type { Nclx } from '#lib/media/heif/read-heif.ts';
import { type Curve, type Primaries, rgbProfile } from './icc-profile.ts';
import { hlgCurve, pqCurve } from './tone-map.ts';

const d65 = [0.3127, 0.329] as const;
const illuminantC = [0.31, 0.316] as const;

export const srgbPrimaries: Primaries = {
  red: [0.64, 0.33],
  green: [0.3, 0.6],
  blue: [0.15, 0.06],
  white: d65,
};

const smpte170m: Primaries = {
  red: [0.63, 0.34],
  green: [0.31, 0.595],
  blue: [0.155, 0.07],
  white: d65,
};

/** ITU-T H.273, table 2. 2 is "unspecified", which is treated as sRGB. */
const primariesByCode: Record<number, Primaries> = {
  1: srgbPrimaries,
  2: srgbPrimaries,
  4: { red: [0.67, 0.33], green: [0.21, 0.71], blue: [0.14, 0.08], white: illuminantC },
  5: { red: [0.64, 0.33], green: [0.29, 0.6], blue: [0.15, 0.06], white: d65 },
  6: smpte170m,
  7: smpte170m,
  8: { red: [0.681, 0.319], green: [0.243, 0.692], blue: [0.145, 0.049], white: illuminantC },
  9: { red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046], white: d65 },
  11: { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white: [0.314, 0.351] },
  12: { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white: d65 },
  22: { red: [0.63, 0.34], green: [0.295, 0.605], blue: [0.155, 0.077], white: d65 },
};

/** IEC 61966-2-1. */
export const srgbCurve: Curve = (value) =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;

export const gammaCurve =
  (gamma: number): Curve =>
  (value) =>
    value ** gamma;

/**
 * Table 3. The curves of BT.709 and its kin say how a camera codes light, not how a screen shows
 * it; still pictures that carry them are shown as sRGB everywhere.
 */
const curveByCode: Record<number, Curve> = {
  1: srgbCurve,
  2: srgbCurve,
  4: gammaCurve(2.2),
  5: gammaCurve(2.8),
  6: srgbCurve,
  8: gammaCurve(1),
  11: srgbCurve,
  12: srgbCurve,
  13: srgbCurve,
  14: srgbCurve,
  15: srgbCurve,
  16: pqCurve,
  17: gammaCurve(2.6),
  18: hlgCurve,
};

/** Colours by code points: a profile to convert from, `srgb` where nothing is to be done. */
export type CodedColours = { profile: Buffer } | 'srgb' | { unsupported: string };

/** What nclx boxes and cICP chunks say, as an ICC profile. Unsupported code points are named. */
export const readCodePoints = ({ primaries, transfer }: Omit<Nclx, 'matrix'>): CodedColours => {
  const known = primariesByCode[primaries];
  const curve = curveByCode[transfer];
  if (!known) return { unsupported: `colour primaries ${primaries} (ITU-T H.273)` };
  if (!curve) return { unsupported: `transfer characteristics ${transfer} (ITU-T H.273)` };
  if (known === srgbPrimaries && curve === srgbCurve) return 'srgb';
  return { profile: rgbProfile(known, curve) };
};
