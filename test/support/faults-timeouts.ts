/** FAULTS=long: the full numbers of everything, for an hour or two. */
export const isLong = process.env['FAULTS'] === 'long';

/** How long a test may take. */
export const proofMs = isLong ? 120 * 60_000 : 10 * 60_000;

/** How long one wait may take: less, so that the wait fails first and names what is missing. */
export const waitMs = proofMs / 2;
