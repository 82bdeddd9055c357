/** Media types of pictures that are safe to be stored and shown: none of them runs anything. */
const pictureTypes = new Set([
  'image/jpeg',
  'image/jpg', // never registered, often sent
  'image/pjpeg',
  'image/png',
  'image/x-png',
  'image/apng',
  'image/webp',
  'image/gif',
  'image/avif',
  'image/avif-sequence',
  'image/heic',
  'image/heif',
  'image/heic-sequence',
  'image/heif-sequence',
  'image/tiff',
  'image/tif',
  'image/x-tiff',
]);

/**
 * The media type under which untrusted bytes are stored before they are inspected: what the
 * client or a web server says, if that is a kind of picture that browsers show harmlessly. Anything
 * else is not wrong, since the bytes decide later, but is stored as plain bytes.
 */
export const storedTypeFor = (contentType: string | undefined): string => {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return pictureTypes.has(type) ? type : 'application/octet-stream';
};

/** Kinds of files that are certainly no pictures. */
const otherKinds =
  /^((text|video|audio|font|model|message)\/|image\/svg|application\/(pdf|zip|gzip|json|xml|rtf|msword|x-7z|x-tar|x-rar|javascript|vnd\.(ms-|openxml|oasis)))/;

/** Whether a media type says that a file is something else than a picture; unknown ones do not. */
export const isOtherKind = (contentType: string): boolean =>
  otherKinds.test(contentType.trim().toLowerCase());
