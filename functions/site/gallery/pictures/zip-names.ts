/** `photo.jpg`, `photo (2).jpg`: names in a zip must differ, and must not be paths. */
export const uniqueNames = (names: readonly string[]): string[] => {
  const used = new Set<string>();
  return names.map((name) => {
    const safe = name.replace(/[/\\:*?"<>|\p{Cc}]/gu, '_') || 'picture';
    const [, base = safe, extension = ''] = /^(.+?)(\.[^.]*)?$/.exec(safe) ?? [];
    let unique = safe;
    for (let count = 2; used.has(unique.toLowerCase()); count++)
      unique = `${base} (${count})${extension}`;
    used.add(unique.toLowerCase());
    return unique;
  });
};
