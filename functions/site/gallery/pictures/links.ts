import { resolveUrl } from '../parts/api.ts';
import { copyText } from '../parts/clipboard.ts';
import { formatCount } from '../parts/format.ts';
import { notify } from '../parts/notices.ts';
import type { Picture } from './collection.ts';
import { thumbnailPath, toSrcset } from './pictures.ts';

/** The delivery link of the largest copy; undefined while there is none. It needs no key. */
export const largestLink = (picture: Picture): string | undefined => {
  const widest = toSrcset(picture)?.split(', ').at(-1)?.split(' ')[0];
  if (widest) return widest;
  const path = thumbnailPath(picture, 'medium');
  return path === undefined ? undefined : resolveUrl(path);
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
const escapeMarkdown = (text: string): string => text.replace(/[\\[\]]/g, '\\$&');

/** What describes the picture where it cannot be seen. */
const altText = ({ caption, original_name: name }: Picture): string => caption ?? name;

/** Ways to write a link to a picture. */
export const linkFormats = {
  link: (_picture: Picture, url: string): string => url,
  Markdown: (picture: Picture, url: string): string =>
    `![${escapeMarkdown(altText(picture))}](${url})`,
  '<img>': (picture: Picture, url: string): string => {
    const { width, height } = picture.metadata;
    const size = width && height ? ` width="${width}" height="${height}"` : '';
    const srcset = toSrcset(picture);
    const sources = srcset ? ` srcset="${escapeHtml(srcset)}" sizes="100vw"` : '';
    return `<img src="${escapeHtml(url)}"${sources}${size} alt="${escapeHtml(altText(picture))}">`;
  },
} as const;
export type LinkFormat = keyof typeof linkFormats;

/** Copies the links of these pictures, one a line, and says so. */
export const copyLinks = async (
  copied: readonly Picture[],
  format: LinkFormat = 'link',
): Promise<void> => {
  const lines = copied.flatMap((picture) => {
    const url = largestLink(picture);
    return url === undefined ? [] : [linkFormats[format](picture, url)];
  });
  if (lines.length === 0) {
    notify('There is no link yet: no copy of the picture has been made.', { isError: true });
    return;
  }
  const links = formatCount(lines.length, format === 'link' ? 'link' : `${format} link`);
  await copyText(lines.join('\n'), `Copied ${links}.`);
};
