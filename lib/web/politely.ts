/**
 * At most `perHost` downloads at once from one host (name and port) within this process; further
 * ones wait their turn, first come, first served. Redirects are counted where they began.
 */
export const politely = <Answer>(
  fetch: (url: string) => Promise<Answer>,
  { perHost }: { perHost: number },
): ((url: string) => Promise<Answer>) => {
  const hosts = new Map<string, { running: number; waiting: (() => void)[] }>();

  return async (url) => {
    // What is no URL reaches no host; the download will say so.
    const name = URL.parse(url)?.host ?? '';
    const host = hosts.get(name) ?? { running: 0, waiting: [] };
    hosts.set(name, host);

    // Who ends hands the place over, so that nobody who comes in between can take it.
    if (host.running < perHost) host.running += 1;
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
