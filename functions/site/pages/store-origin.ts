/** The origin of a link; computed once, unless that fails. */
export const cacheOrigin = (link: () => Promise<string>): (() => Promise<string>) => {
  let origin: Promise<string> | undefined;
  return () => {
    origin ??= link().then((url) => new URL(url).origin);
    origin.catch(() => {
      origin = undefined;
    });
    return origin;
  };
};
