/**
 * Reads once more where the connection broke while a body came: the SDK repeats requests, but not one
 * that was answered already. LocalStack breaks it where the object is deleted meanwhile; the second time
 * it is then missing.
 */
export const repeatBroken = async <T>(read: () => Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    if (!isBroken(error)) throw error;
    return read();
  }
};

/** What Node's http says of a response that ends before its content-length. */
const isBroken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
