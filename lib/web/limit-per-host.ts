/**
 * Runs at most `maxPerHost` downloads at once from one host (name and port) within this process;
 * further ones wait in order. A redirect counts for the host of its first URL.
 */
export const limitPerHost = <Result>(
  fetch: (url: string) => Promise<Result>,
  { maxPerHost }: { maxPerHost: number },
): ((url: string) => Promise<Result>) => {
  const hosts = new Map<string, { running: number; waiting: (() => void)[] }>();

  return async (url) => {
    // Without a valid URL there is no host; the download itself reports that.
    const name = URL.parse(url)?.host ?? '';
    const host = hosts.get(name) ?? { running: 0, waiting: [] };
    hosts.set(name, host);

    // A finished download passes its slot on, so that a later one cannot take it in between.
    if (host.running < maxPerHost) host.running += 1;
    else await new Promise<void>((start) => host.waiting.push(start));
    try {
      return await fetch(url);
    } finally {
      const next = host.waiting.shift();
      if (next) next();
      else host.running -= 1;
      if (host.running === 0) hosts.delete(name);
    }
  };
};
