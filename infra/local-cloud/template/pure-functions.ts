import { z } from 'zod';

/**
 * The intrinsic functions that need nothing but their arguments, which are worked out already. They
 * throw a ZodError where these are not what they should be.
 */
export const pureFunctions: Record<string, (argument: unknown) => unknown> = {
  'Fn::Join': (argument) => {
    const [delimiter, parts] = z.tuple([z.string(), z.array(z.unknown())]).parse(argument);
    return parts.join(delimiter);
  },
  'Fn::Select': (argument) => {
    const [index, list] = z.tuple([z.coerce.number(), z.array(z.unknown())]).parse(argument);
    return list[index];
  },
  'Fn::Split': (argument) => {
    const [delimiter, text] = z.tuple([z.string(), z.string()]).parse(argument);
    return text.split(delimiter);
  },
  'Fn::Base64': (argument) => Buffer.from(z.string().parse(argument)).toString('base64'),
};
