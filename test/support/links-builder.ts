import type { Access } from '#lib/delivery/access.ts';
import { type Links, linksBelow } from '#lib/delivery/links.ts';
import { listPresets } from '#lib/delivery/preset.ts';

const usual = [
  { name: 'small', longestSide: 200 },
  { name: 'medium', longestSide: 800 },
];

/** Links as an open stage makes them, with the address they begin with. */
export const linksTo = async (
  baseUrl: string,
  { sizes = usual, access = { kind: 'public' } as Access } = {},
): Promise<Links & { baseUrl: string }> => {
  const links = await linksBelow(listPresets(sizes, []), async () => access)(baseUrl);
  return { ...links, baseUrl };
};
