/**
 * An object of members that are JSON text already, so that a stored item goes into an answer as it
 * lies in its row, unparsed. Members that are undefined are left out.
 */
export const jsonObject = (members: Record<string, string | undefined>): string => {
  const parts: string[] = [];
  for (const name in members)
    if (members[name] !== undefined) parts.push(`${JSON.stringify(name)}:${members[name]}`);
  return `{${parts.join(',')}}`;
};

export const jsonArray = (elements: readonly string[]): string => `[${elements.join(',')}]`;

export const optionalJson = (value: object | undefined): string | undefined =>
  value && JSON.stringify(value);
