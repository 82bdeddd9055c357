import { parseQuery } from '../requests/uri.ts';
import { S3Error } from '../s3-error.ts';
import type { Tags } from '../store/stored-object.ts';
import { childrenNamed, childText, malformedXml, parseXml } from '../xml.ts';

const maxTags = 10;
const maxKeyLength = 128;
const maxValueLength = 256;

/** Of the header x-amz-tagging: `a=1&b=2`, encoded as a query. */
export const parseTagHeader = (header: string | undefined): Tags =>
  checkTags(
    parseQuery((header ?? '').replaceAll('+', '%20')).map(([key, value]) => ({ key, value })),
  );

/** Of `<Tagging><TagSet><Tag><Key>…</Key><Value>…</Value></Tag></TagSet></Tagging>`. */
export const parseTagDocument = (xml: string): Tags => {
  const [tagSet] = childrenNamed(parseXml(xml), 'TagSet');
  if (!tagSet) throw malformedXml();
  const tags = childrenNamed(tagSet, 'Tag').map((tag) => {
    const key = childText(tag, 'Key');
    const value = childText(tag, 'Value');
    if (key === undefined || value === undefined) throw malformedXml();
    return { key, value };
  });
  return checkTags(tags);
};

const checkTags = (tags: Tags): Tags => {
  if (tags.length > maxTags) {
    throw new S3Error('BadRequest', `Object tags cannot be greater than ${maxTags}`);
  }
  const keys = new Set(tags.map(({ key }) => key));
  if (keys.size < tags.length) {
    throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key');
  }
  for (const { key, value } of tags) {
    if (key === '' || key.length > maxKeyLength) {
      throw new S3Error('InvalidTag', 'The TagKey you have provided is invalid', { TagKey: key });
    }
    if (value.length > maxValueLength) {
      const message = 'The TagValue you have provided is invalid';
      throw new S3Error('InvalidTag', message, { TagValue: value });
    }
  }
  return tags;
};
