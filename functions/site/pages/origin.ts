/** Scheme, host and port of a link that somebody makes; asked once, unless the asking fails. */
export const originOf = (link: () => Promise<string>): (() => Promise<string>) => {
  let origin: Promise<string> | undefined;
  return () => {
    origin ??= link().then((url) => new URL(url).origin);
    origin.catch(() => {
      origin = undefined;
    });
    return origin;
  };
};
