import { z } from 'zod';

/** A URL of another host, as far as it can be judged without connecting to it. */
export const WebUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' })
  .max(2048, 'must have at most 2048 characters');
