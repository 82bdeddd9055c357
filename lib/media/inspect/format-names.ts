import { claimOfName, claimOfType } from '#lib/images/claims.ts';
import type { Claims, Format } from '#lib/images/picture.ts';

/** How we speak of the formats we read. */
export const labels: Record<Format, string> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  gif: 'GIF',
  avif: 'AVIF',
  tiff: 'TIFF',
};

/** What a foreign name's ending says. One that is unknown is no claim: `IMG.2024` may be a JPEG. */
const foreignEndings: Record<string, string> = Object.fromEntries(
  Object.entries({
    HEIC: 'heic heif hif',
    'camera raw': 'dng nef arw cr2 cr3 crw orf rw2 raf pef srw',
    'JPEG XL': 'jxl',
    'JPEG 2000': 'jp2 j2k jpx',
    Photoshop: 'psd',
    BMP: 'bmp',
    ICO: 'ico',
    SVG: 'svg svgz',
    PDF: 'pdf',
    ZIP: 'zip',
    gzip: 'gz tgz',
    HTML: 'html htm',
    text: 'txt csv json md xml js css',
    video: 'mp4 mov avi mkv webm',
    audio: 'mp3 wav ogg flac m4a',
    document: 'doc docx xls xlsx ppt pptx',
    program: 'exe dll sh bat',
  }).flatMap(([label, names]) => names.split(' ').map((name) => [name, label])),
);

/** Types that senders add without looking: S3's, curl's and browsers' defaults. */
const sayNothing =
  /^(application\/(octet-stream|x-www-form-urlencoded|x-download)|binary\/octet-stream|image\/\*)$/;

/** What the sender says it is, as `its name says PNG`; with a label that can be compared. */
export const readClaims = ({ name, contentType }: Claims): { label: string; said: string }[] => {
  const ending = /\.([a-z0-9]{1,5})$/i.exec(name ?? '')?.[1]?.toLowerCase();
  const ours = claimOfName(name ?? '');
  const foreign =
    ending && Object.hasOwn(foreignEndings, ending) ? foreignEndings[ending] : undefined;
  const byName = ours ? labels[ours] : foreign;
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const isClaim = /^[\w.+-]{1,40}\/[\w.+-]{1,60}$/.test(type) && !sayNothing.test(type);
  const known = claimOfType(type);
  const byType = known ? labels[known] : type;
  return [
    ...(byName ? [{ label: byName, said: `its name says ${byName}` }] : []),
    ...(isClaim && byType ? [{ label: byType, said: `its declared type is ${type}` }] : []),
  ];
};
