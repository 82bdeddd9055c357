/**
 * The code of an error or of its cause, such as `ECONNREFUSED` or `UND_ERR_SOCKET`; undefined where
 * it has none. Unlike messages, codes never quote a request.
 */
export const systemErrorCode = (error: unknown): string | undefined => {
  const cause = error instanceof Error ? error.cause : undefined;
  return [error, cause]
    .map((one) => (one instanceof Error && 'code' in one ? one.code : undefined))
    .find((code) => typeof code === 'string')
    ?.match(/^[A-Z][A-Z0-9_]{2,60}$/)?.[0];
};
