import type { Picture } from './collection.ts';

/** How a picture came in, as text. */
export const sourceTexts: Record<Picture['source'], string> = {
  upload: 'sent to the API',
  presigned: 'sent directly to S3',
  drop: 'put into the bucket',
  batch: 'from a batch',
  edit: 'from an edit',
  url: 'fetched from a URL',
};

const isSource = (text: string): text is Picture['source'] => Object.hasOwn(sourceTexts, text);

export const sources = Object.keys(sourceTexts).filter(isSource);
