import type { Image } from '#lib/images/image.ts';
import { lastSegment, sourceByKey } from '#lib/images/object-key.ts';

type Implied = Pick<Image, 'originalName' | 'source' | 'requestId'>;

/** What the key of most originals says about them, so that it need not be stored again. */
export const impliedByKey = ({ key }: Pick<Image, 'key'>): Implied => {
  const path = key ?? '';
  return {
    originalName: lastSegment(path),
    source: sourceByKey(path),
    // `uploads/<request id>-<number of the file>/<name>`
    requestId: path.split('/')[1]?.replace(/-\d+$/, '') ?? '',
  };
};

/** Those of an image that its key does not say. */
export const notImpliedByKey = (image: Pick<Image, 'key' | keyof Implied>): Partial<Implied> => {
  const { originalName, source, requestId } = image;
  const implied = impliedByKey(image);
  return {
    ...(originalName !== implied.originalName && { originalName }),
    ...(source !== implied.source && { source }),
    ...(requestId !== implied.requestId && { requestId }),
  };
};
