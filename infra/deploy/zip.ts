import { type Zippable, zipSync } from 'fflate';

/** A file of a zip by its path there, with forward slashes. */
export type Files = ReadonlyMap<string, Uint8Array>;

// The first day of the zip format; noon, so that no time zone moves it out of that day.
const fixedTime = new Date(1980, 0, 1, 12);
const unix = 3;
const readableByAll = 0o100644; // a regular file, rw-r--r--: the Lambda user is not its owner

/**
 * The same files give the same bytes, whenever and wherever: sorted, without times or owners, and
 * deflated in JavaScript, because Node's zlib packs differently on other processors and in other
 * versions.
 */
export const makeZip = (files: Files): Uint8Array => {
  const sorted = [...files.entries()].sort(([one], [other]) => (one < other ? -1 : 1));
  const entries: Zippable = {};
  for (const [path, bytes] of sorted)
    entries[path] = [bytes, { mtime: fixedTime, os: unix, attrs: readableByAll << 16, level: 6 }];
  return zipSync(entries);
};
