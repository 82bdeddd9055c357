/** How often each of them is there: those that are there least often first. */
export const timesEach = (names: readonly string[]): readonly (readonly [string, number])[] =>
  Object.entries(Object.groupBy(names, (name) => name))
    .map(([name, all = []]) => [name, all.length] as const)
    .sort(([, a], [, b]) => a - b);
