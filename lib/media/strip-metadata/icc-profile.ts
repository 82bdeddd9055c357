/**
 * Whether an ICC profile calls itself sRGB, as all its makers' do: `sRGB IEC61966-2.1`,
 * `sRGB built-in`. ICC.1:2022 §7.3: a table of tags follows the header of 128 bytes; the
 * description is ASCII in version 2 and UTF-16BE in version 4.
 */
export const isSrgb = (profile: Buffer): boolean => {
  const described = descriptionIn(profile);
  return described?.includes('sRGB') || described?.includes('\0s\0R\0G\0B') || false;
};

const descriptionIn = (profile: Buffer): string | undefined => {
  if (profile.length < 132) return undefined;
  const end = Math.min(profile.length, 132 + profile.readUInt32BE(128) * 12);
  for (let at = 132; at + 12 <= end; at += 12) {
    if (profile.toString('latin1', at, at + 4) !== 'desc') continue;
    const start = profile.readUInt32BE(at + 4);
    return profile.toString('latin1', start, start + profile.readUInt32BE(at + 8));
  }
  return undefined;
};
