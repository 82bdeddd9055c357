import type { Curve } from './icc-profile.ts';

/** The white of ordinary pictures inside an HDR one, in candela per square metre: BT.2408-7 §5.1. */
const paperWhite = 203;
/** The peak that a picture is assumed to be made for: what BT.2100 calls nominal for HLG. */
const peak = 1_000 / paperWhite;
/** Below this share of paper white nothing changes; above it highlights are compressed. */
const knee = 0.5;

/**
 * Brings light, 1 being paper white, into 0 to 1: as it is up to the knee, then along a curve that
 * begins with the same slope and comes to rest at the peak, so that white stays nearly white and
 * highlights keep their differences.
 */
const compress = (light: number): number => {
  if (light <= knee) return light;
  const [room, span] = [1 - knee, peak - knee];
  const share = Math.min(1, (light - knee) / span);
  const slope = span / room;
  return knee + room * (1 - (1 - share) ** slope);
};

/** SMPTE ST 2084 as in ITU-R BT.2100-2, table 4: absolute light, tone-mapped for ordinary screens. */
export const pqCurve: Curve = (value) => {
  const [m1, m2] = [2610 / 16384, (2523 / 4096) * 128];
  const [c1, c2, c3] = [3424 / 4096, (2413 / 4096) * 32, (2392 / 4096) * 32];
  const root = value ** (1 / m2);
  const light = 10_000 * (Math.max(0, root - c1) / (c2 - c3 * root)) ** (1 / m1);
  return compress(light / paperWhite);
};

/** BT.2100-2, table 5: hybrid log-gamma with its system gamma of 1.2, likewise. */
export const hlgCurve: Curve = (value) => {
  const [a, b, c] = [0.17883277, 0.28466892, 0.55991073];
  const scene = value <= 0.5 ? value ** 2 / 3 : (Math.exp((value - c) / a) + b) / 12;
  return compress(peak * scene ** 1.2);
};
