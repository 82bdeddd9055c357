import { HeifError, throwIfFailed } from './heif-error.ts';
import { type LibHeif, readU32 } from './libheif.ts';
import type { Tile } from './tile.ts';
import { findCoefficients } from './ycc-coefficients.ts';

/** An open picture, with memory for an error and for what a call returns. */
type Source = { lib: LibHeif; handle: number; error: number; out: number };

type Options = {
  channels: 3 | 4;
  /** heif_decoding_options. */
  settings: number;
  /** The picture has no tiles, or they are not to be taken one by one. */
  whole: boolean;
  /** Two rows and two columns at least become one, so that no colour is shown that was not there. */
  isHalved: boolean;
};

type Layout = { colorspace: number; chroma: number };
type Plane = { data: Uint8Array; stride: number };

/** heif_colorspace_RGB with heif_chroma_interleaved_RGB and …_RGBA; the file's own of both. */
const opaque: Layout = { colorspace: 1, chroma: 10 };
const withAlpha: Layout = { colorspace: 1, chroma: 11 };
const stored: Layout = { colorspace: 99, chroma: 99 };
/** heif_channel. */
const channel = { y: 0, cb: 1, cr: 2, interleaved: 10 };
const chroma420 = 1; // heif_chroma_420

/**
 * Decodes one tile after another. Luma and chroma stay apart where the picture is shrunk and stores
 * colour at half its size, as all phones do: that saves converting four times as many pixels.
 */
export const tileDecoder = (source: Source, options: Options) => {
  const { lib, handle } = source;
  let arePlanes =
    options.isHalved &&
    options.channels === 3 &&
    lib._heif_image_handle_get_luma_bits_per_pixel(handle) === 8;

  return (column: number, row: number): Tile => {
    const decode = (layout: Layout) => decodeImage(source, options, layout, { column, row });
    if (arePlanes) {
      const image = decode(stored);
      const tile = readPlanes(source, image);
      if (tile) return tile;
      lib._heif_image_release(image);
      arePlanes = false;
    }
    return readInterleaved(source, decode(options.channels === 4 ? withAlpha : opaque));
  };
};

const decodeImage = (
  { lib, handle, error, out }: Source,
  { settings, whole }: Options,
  { colorspace, chroma }: Layout,
  { column, row }: { column: number; row: number },
): number => {
  if (whole) lib._heif_decode_image(error, handle, out, colorspace, chroma, settings);
  else
    lib._heif_image_handle_decode_image_tile(
      error,
      handle,
      out,
      colorspace,
      chroma,
      settings,
      column,
      row,
    );
  throwIfFailed(lib, error);
  return readU32(lib, out);
};

const readInterleaved = (source: Source, image: number): Tile => {
  const { lib } = source;
  const size = readSize(lib, image, channel.interleaved);
  return {
    layout: 'interleaved',
    ...size,
    ...readPlane(source, image, channel.interleaved, size.height),
    release: () => lib._heif_image_release(image),
  };
};

/** Undefined where this is no 4:2:0 of 8 bits, or it is not known what its numbers mean. */
const readPlanes = (source: Source, image: number): Tile | undefined => {
  const { lib } = source;
  const coefficients = readCoefficients(source, image);
  const is420 =
    lib._heif_image_get_chroma_format(image) === chroma420 &&
    lib._heif_image_get_bits_per_pixel_range(image, channel.y) === 8;
  if (!is420 || !coefficients) return undefined;
  const { width, height } = readSize(lib, image, channel.y);
  const half = readSize(lib, image, channel.cb);
  if (half.width * 2 < width || half.height * 2 < height) return undefined;
  return {
    layout: 'planes',
    width,
    height,
    coefficients,
    y: readPlane(source, image, channel.y, height),
    cb: readPlane(source, image, channel.cb, half.height),
    cr: readPlane(source, image, channel.cr, half.height),
    release: () => lib._heif_image_release(image),
  };
};

/** From the picture's heif_color_profile_nclx, by which libheif itself would convert it. */
const readCoefficients = ({ lib, error, out }: Source, image: number) => {
  lib._heif_image_get_nclx_color_profile(error, image, out);
  if (readU32(lib, error) !== 0) return undefined;
  const profile = readU32(lib, out);
  const matrix = readU32(lib, profile + 12);
  const isFullRange = lib.HEAPU8[profile + 16] === 1;
  lib._heif_nclx_color_profile_free(profile);
  return findCoefficients(matrix, isFullRange);
};

const readSize = (lib: LibHeif, image: number, channel: number) => {
  const width = lib._heif_image_get_width(image, channel);
  const height = lib._heif_image_get_height(image, channel);
  if (width < 1 || height < 1) throw new HeifError(0, 0, 'The decoder made no pixels.');
  return { width, height };
};

const readPlane = ({ lib, out }: Source, image: number, channel: number, height: number): Plane => {
  const start = lib._heif_image_get_plane_readonly(image, channel, out);
  if (start === 0) throw new HeifError(0, 0, 'The decoder made no pixels.');
  const stride = readU32(lib, out);
  return { data: lib.HEAPU8.subarray(start, start + stride * height), stride };
};
