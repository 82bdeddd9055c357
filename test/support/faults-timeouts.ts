/** FAULTS=long: the full numbers of everything, for an hour or two. */
export const isLong = process.env['FAULTS'] === 'long';

/** How long a proof may take. */
export const proofMs = isLong ? 120 * 60_000 : 10 * 60_000;

/** How long it waits for something: less, so that the wait ends first and says what has not come. */
export const waitMs = proofMs / 2;
