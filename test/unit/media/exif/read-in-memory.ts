import { exifrReadTags } from '#lib/media/exif/exifr-read-tags.ts';

/** Reads the tags of bytes in memory, counting the reads. */
export const readInMemory = async (file: Buffer) => {
  const reads = { times: 0, bytes: 0 };
  const found = await exifrReadTags(async (offset, length) => {
    reads.times++;
    reads.bytes += length;
    return file.subarray(offset, offset + length);
  }, file.length);
  return { found, exif: found?.exif, raw: found?.raw, reads };
};
