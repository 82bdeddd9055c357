import { tileDecoder } from './decode-tile.ts';
import { HeifError, heifErrors, throwIfFailed } from './heif-error.ts';
import { type LibHeif, readU32, useLibHeif } from './libheif.ts';
import { type Reduced, reducedImage } from './reduced-image.ts';

/** Offsets into heif_decoding_options of libheif 1.23, 32-bit. */
const options = { ignoreTransformations: 1, convertHdrTo8bit: 20, strict: 21 };
/** Likewise into heif_security_limits. */
const limits = { maxPixels: 8, maxTiles: 16, maxItems: 28, maxBlock: 40 };

const maxTiles = 4_096;
const maxItems = 10_000;

export type HeifPixels = Reduced & { channels: 3 | 4 };

/**
 * The primary picture of a HEIC, decoded tile by tile and shrunk while it is decoded: by 2, 4 or 8,
 * so that its longer side still has `minSide` pixels. RGB of 8 bits as stored: in its own colour
 * profile, and neither turned nor cropped unless `transformed` says so. Throws a HeifError, or what
 * WebAssembly throws, where the file cannot be decoded.
 */
export const decodeHeif = (
  file: Uint8Array,
  { minSide, maxPixels, transformed }: { minSide: number; maxPixels: number; transformed: boolean },
): Promise<HeifPixels> =>
  useLibHeif((lib) => {
    const memory = allocations(lib);
    const context = lib._heif_context_alloc();
    try {
      limit(lib, context, maxPixels);
      const bytes = memory.allocate(file.length);
      lib.HEAPU8.set(file, bytes);
      const error = memory.allocate(12);
      const out = memory.allocate(4);
      lib._heif_context_read_from_memory_without_copy(error, context, bytes, file.length, 0);
      throwIfFailed(lib, error);
      lib._heif_context_get_primary_image_handle(error, context, out);
      throwIfFailed(lib, error);
      const handle = readU32(lib, out);
      try {
        return decodeHandle({ lib, handle, error, out, memory }, minSide, transformed);
      } finally {
        lib._heif_image_handle_release(handle);
      }
    } finally {
      lib._heif_context_free(context);
      memory.freeAll();
    }
  });

type Open = {
  lib: LibHeif;
  handle: number;
  error: number;
  out: number;
  memory: ReturnType<typeof allocations>;
};

const decodeHandle = (open: Open, minSide: number, transformed: boolean): HeifPixels => {
  const { lib, handle, error, memory } = open;
  const channels = lib._heif_image_handle_has_alpha_channel(handle) ? 4 : 3;
  const tiling = transformed ? wholeImage(lib, handle) : readTiling(lib, handle, error, memory);
  const factor = factorFor(tiling, minSide);
  const image = reducedImage(tiling.width, tiling.height, channels, factor);
  const settings = lib._heif_decoding_options_alloc();
  lib.HEAPU8[settings + options.ignoreTransformations] = transformed ? 0 : 1;
  lib.HEAPU8[settings + options.convertHdrTo8bit] = 1;
  lib.HEAPU8[settings + options.strict] = 0;
  const isHalved = factor > 1 && tiling.width % 2 === 0 && tiling.height % 2 === 0;
  const decodeTile = tileDecoder(open, { channels, settings, whole: transformed, isHalved });
  try {
    for (let row = 0; row < tiling.rows; row++)
      for (let column = 0; column < tiling.columns; column++)
        image.add(decodeTile(column, row), column * tiling.tileWidth, row * tiling.tileHeight);
  } finally {
    lib._heif_decoding_options_free(settings);
  }
  return { ...image.finish(), channels };
};

type Tiling = {
  columns: number;
  rows: number;
  tileWidth: number;
  tileHeight: number;
  width: number;
  height: number;
};

const wholeImage = (lib: LibHeif, handle: number): Tiling => {
  const width = lib._heif_image_handle_get_width(handle);
  const height = lib._heif_image_handle_get_height(handle);
  return { columns: 1, rows: 1, tileWidth: width, tileHeight: height, width, height };
};

/** heif_image_tiling: a version, then 32-bit numbers. Without transformations it begins at 0, 0. */
const readTiling = (
  lib: LibHeif,
  handle: number,
  error: number,
  memory: Open['memory'],
): Tiling => {
  const out = memory.allocate(80);
  lib._heif_image_handle_get_image_tiling(error, handle, 0, out);
  throwIfFailed(lib, error);
  const at = (index: number) => readU32(lib, out + 4 * index);
  return {
    columns: at(1),
    rows: at(2),
    tileWidth: at(3),
    tileHeight: at(4),
    width: at(5),
    height: at(6),
  };
};

/** Tiles must begin where a reduced pixel does. */
const factorFor = (
  { columns, rows, tileWidth, tileHeight, width, height }: Tiling,
  minSide: number,
): number =>
  [8, 4, 2].find(
    (factor) =>
      Math.floor(Math.max(width, height) / factor) >= minSide &&
      Math.min(width, height) >= factor &&
      (columns === 1 || tileWidth % factor === 0) &&
      (rows === 1 || tileHeight % factor === 0),
  ) ?? 1;

const limit = (lib: LibHeif, context: number, maxPixels: number): void => {
  const at = lib._heif_context_get_security_limits(context);
  const set = (offset: number, value: number) => {
    lib.HEAPU32[(at + offset) >> 2] = value;
  };
  set(limits.maxPixels, maxPixels);
  set(limits.maxPixels + 4, 0);
  set(limits.maxTiles, maxTiles);
  set(limits.maxTiles + 4, 0);
  set(limits.maxItems, maxItems); // iPhones' bursts and portraits have hundreds
  set(limits.maxBlock, 256 * 1024 * 1024);
  set(limits.maxBlock + 4, 0);
};

const allocations = (lib: LibHeif) => {
  const pointers: number[] = [];
  return {
    allocate: (bytes: number): number => {
      const pointer = lib._malloc(bytes);
      if (pointer === 0) throw new HeifError(heifErrors.memory, 0, 'No memory for the file.');
      pointers.push(pointer);
      return pointer;
    },
    freeAll: () => {
      for (const pointer of pointers) lib._free(pointer);
    },
  };
};
