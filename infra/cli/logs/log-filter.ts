import { z } from 'zod';
import type { LogLine } from '#infra/local-cloud/launcher/log-line.ts';

/** The pictures that a line is about. */
export const imageIdsIn = (line: LogLine): string[] => {
  const { image_id, image_ids = [] } = ImageFields.parse(line);
  return [...image_ids, ...(image_id === undefined ? [] : [image_id])];
};

const ImageFields = z
  .object({ image_id: z.string().optional(), image_ids: z.array(z.string()).optional() })
  .catch({});

export type Wanted = { image?: string; request?: string; errors?: boolean };

/**
 * Chooses lines, one at a time and in any order. A request that made or touched the image belongs
 * to its journey, also with lines that only name the request; a line about another image does not.
 */
export const logFilter = ({ image, request }: Wanted) => {
  const requests = new Set<string>(request ? [request] : []);
  /** To be called with every line first, so that earlier lines of a request are known too. */
  const learn = (line: LogLine): void => {
    if (image && line.request_id && imageIdsIn(line).includes(image)) requests.add(line.request_id);
  };
  const isWanted = (line: LogLine): boolean => {
    if (!image && !request) return true;
    const images = imageIdsIn(line);
    if (image && images.includes(image)) return true;
    const isOfRequest = line.request_id !== undefined && requests.has(line.request_id);
    return isOfRequest && (!image || images.length === 0);
  };
  return { learn, isWanted };
};
