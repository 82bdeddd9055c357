import { createHash } from 'node:crypto';
import { z } from 'zod';
import { SqsError } from './sqs-error.ts';

/** As they travel: binary values in base64. */
export const MessageAttributes = z.record(
  z.string(),
  z.object({
    DataType: z.string(),
    StringValue: z.string().optional(),
    BinaryValue: z.string().optional(),
  }),
);
export type MessageAttributes = z.infer<typeof MessageAttributes>;
type Attribute = MessageAttributes[string];

const maxAttributes = 10;
const maxNameLength = 256;

// Amazon SQS Developer Guide, "Message attribute components" and "Message attribute data types".
const namePattern = /^(?!aws\.|amazon\.|\.)(?!.*\.\.)[\w.-]+(?<!\.)$/i;
const typePattern = /^(String|Number|Binary)(\..+)?$/s;

const isBinary = ({ DataType }: Attribute) => DataType.startsWith('Binary');

/** Throws InvalidParameterValue where SQS would refuse an attribute. */
export const checkMessageAttributes = (attributes: MessageAttributes): void => {
  const refuse = (reason: string): never => {
    throw new SqsError('InvalidParameterValue', reason);
  };
  const entries = Object.entries(attributes);
  if (entries.length > maxAttributes)
    refuse(`Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`);
  for (const [name, attribute] of entries) {
    if (name.length > maxNameLength || !namePattern.test(name))
      refuse(`The message attribute name '${name.slice(0, maxNameLength)}' is invalid.`);
    if (!typePattern.test(attribute.DataType))
      refuse(`The type of message attribute '${name}' is invalid: String, Number or Binary.`);
    const value = isBinary(attribute) ? attribute.BinaryValue : attribute.StringValue;
    if (!value)
      refuse(
        `The message attribute '${name}' must contain a non-empty value of type ` +
          `'${isBinary(attribute) ? 'Binary' : 'String'}'.`,
      );
    if (attribute.DataType.startsWith('Number') && !Number.isFinite(Number(value)))
      refuse(`Can't cast the value of message attribute '${name}' to a number.`);
  }
};

const valueBytes = (attribute: Attribute): Buffer =>
  isBinary(attribute)
    ? Buffer.from(attribute.BinaryValue ?? '', 'base64')
    : Buffer.from(attribute.StringValue ?? '');

/** What attributes count towards the size limit of a message: names, types and values. */
export const attributesSizeBytes = (attributes: MessageAttributes): number =>
  Object.entries(attributes).reduce(
    (sum, [name, attribute]) =>
      sum +
      Buffer.byteLength(name) +
      Buffer.byteLength(attribute.DataType) +
      valueBytes(attribute).length,
    0,
  );

/**
 * The MD5 by which clients check attributes: Amazon SQS Developer Guide, "Calculating the MD5
 * message digest for message attributes".
 */
export const attributesMd5 = (attributes: MessageAttributes): string => {
  const md5 = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    md5.update(length).update(bytes);
  };
  for (const name of Object.keys(attributes).sort()) {
    const attribute = attributes[name];
    if (!attribute) continue;
    add(Buffer.from(name));
    add(Buffer.from(attribute.DataType));
    md5.update(Buffer.from([isBinary(attribute) ? 2 : 1]));
    add(valueBytes(attribute));
  }
  return md5.digest('hex');
};

/** Those that a receiver requested by name, by prefix (`foo.*`), or all (`All`, `.*`). */
export const selectAttributes = (
  attributes: MessageAttributes,
  wanted: readonly string[],
): MessageAttributes => {
  if (wanted.includes('All') || wanted.includes('.*')) return attributes;
  const isWanted = (name: string) =>
    wanted.some((one) => (one.endsWith('.*') ? name.startsWith(one.slice(0, -2)) : name === one));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isWanted(name)));
};
