/**
 * How luma and chroma of 8 bits become red, green and blue: `luma * (Y - black)`, plus the others
 * times Cb - 128 and Cr - 128.
 */
export type YccCoefficients = {
  black: number;
  luma: number;
  crToRed: number;
  cbToGreen: number;
  crToGreen: number;
  cbToBlue: number;
};

/** K_R and K_B by MatrixCoefficients (ITU-T H.273, table 4): BT.709, BT.470BG, BT.601, BT.2020. */
const weights = new Map([
  [1, [0.2126, 0.0722]],
  [5, [0.299, 0.114]],
  [6, [0.299, 0.114]],
  [9, [0.2627, 0.0593]],
] as const);

/** ITU-T H.273 §8.3, equations 29 to 34 and 38 to 40. Undefined for a matrix that is none of these. */
export const findCoefficients = (
  matrix: number,
  isFullRange: boolean,
): YccCoefficients | undefined => {
  const [red, blue] = weights.get(matrix as 1) ?? [];
  if (red === undefined || blue === undefined) return undefined;
  const green = 1 - red - blue;
  const chroma = isFullRange ? 1 : 255 / 224;
  const crToRed = 2 * (1 - red) * chroma;
  const cbToBlue = 2 * (1 - blue) * chroma;
  return {
    black: isFullRange ? 0 : 16,
    luma: isFullRange ? 1 : 255 / 219,
    crToRed,
    cbToGreen: (-cbToBlue * blue) / green,
    crToGreen: (-crToRed * red) / green,
    cbToBlue,
  };
};
