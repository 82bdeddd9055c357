import { joinedReader, partReader } from './part-reader.ts';
import type { Reader } from './range-reader.ts';

export const extensionSignature = 'http://ns.adobe.com/xmp/extension/\0';

/** A segment of an extension, and its first bytes. */
export type XmpExtension = { head: Buffer; part: Reader };

const guidBytes = 32;
const headerBytes = extensionSignature.length + guidBytes + 8;
const maxExtensionBytes = 262_144; // depth maps take megabytes; no field of ours is in those

/**
 * What did not fit the main packet, by its GUID: segments with their offset in the whole (XMP
 * specification part 3, §1.1.3.1), in whatever order they stand. A hole ends it.
 */
export const extendedXmp = (segments: readonly XmpExtension[]): Reader[] => {
  const byGuid = new Map<string, { offset: number; part: Reader }[]>();
  for (const { head, part } of segments) {
    if (head.length < headerBytes) continue;
    const guid = head.toString('latin1', extensionSignature.length, headerBytes - 8);
    const pieces = byGuid.get(guid) ?? [];
    const offset = head.readUInt32BE(headerBytes - 4);
    pieces.push({ offset, part: partReader(part, headerBytes, part.sizeBytes) });
    byGuid.set(guid, pieces);
  }
  return [...byGuid.values()].map((pieces) => {
    const inOrder: Reader[] = [];
    let next = 0;
    for (const { offset, part } of pieces.sort((one, other) => one.offset - other.offset)) {
      if (offset !== next || next >= maxExtensionBytes) break;
      inOrder.push(part);
      next += part.sizeBytes;
    }
    return joinedReader(inOrder);
  });
};
