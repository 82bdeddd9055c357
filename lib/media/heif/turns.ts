/** How a stored picture is turned to be seen, by EXIF's numbers (EXIF 3.0 §4.6.5.1): 1 is upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export type Turn = { anticlockwise: number } | { mirror: 'top-and-bottom' | 'sides' };

/** A turn as what it does to x and y: [a b; c d], with y pointing down. */
type Matrix = readonly [number, number, number, number];

const matrices = new Map<Orientation, Matrix>([
  [1, [1, 0, 0, 1]],
  [2, [-1, 0, 0, 1]],
  [3, [-1, 0, 0, -1]],
  [4, [1, 0, 0, -1]],
  [5, [0, 1, 1, 0]],
  [6, [0, -1, 1, 0]],
  [7, [0, -1, -1, 0]],
  [8, [0, 1, -1, 0]],
]);

/** The single orientation that several turns, one after another, come to. */
export const combineTurns = (turns: readonly Turn[]): Orientation => {
  const all = turns.map(toMatrix).reduce((done, next) => multiply(next, done), [1, 0, 0, 1]);
  const found = [...matrices].find(([, matrix]) => matrix.every((one, at) => one === all[at]));
  return found?.[0] ?? 1;
};

const toMatrix = (turn: Turn): Matrix => {
  if ('mirror' in turn) return turn.mirror === 'sides' ? [-1, 0, 0, 1] : [1, 0, 0, -1];
  const quarter: Matrix = [0, 1, -1, 0]; // anti-clockwise: right becomes up
  return Array.from({ length: turn.anticlockwise }).reduce<Matrix>(
    (done) => multiply(quarter, done),
    [1, 0, 0, 1],
  );
};

const multiply = (one: Matrix, other: Matrix): Matrix => {
  const [a, b, c, d] = one;
  const [e, f, g, h] = other;
  const sums = [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h] as const;
  return [sums[0] || 0, sums[1] || 0, sums[2] || 0, sums[3] || 0]; // no -0
};

/** Whether width and height change places. */
export const isSideways = (orientation: number): boolean => orientation >= 5;
