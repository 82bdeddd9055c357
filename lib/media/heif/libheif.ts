import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { libheifPlace } from './libheif-place.ts';
import { limitMemory } from './wasm-memory.ts';

/**
 * The C interface of libheif 1.23 as Emscripten exports it, as far as it is needed. Structures are
 * returned through a pointer in front; memory is that of WebAssembly, addressed by numbers.
 */
export type LibHeif = {
  HEAPU8: Uint8Array;
  HEAPU32: Uint32Array;
  _malloc: (bytes: number) => number;
  _free: (pointer: number) => void;
  _heif_context_alloc: () => number;
  _heif_context_free: (context: number) => void;
  _heif_context_get_security_limits: (context: number) => number;
  _heif_context_read_from_memory_without_copy: (
    error: number,
    context: number,
    bytes: number,
    length: number,
    options: number,
  ) => void;
  _heif_context_get_primary_image_handle: (error: number, context: number, out: number) => void;
  _heif_image_handle_release: (handle: number) => void;
  _heif_image_handle_get_width: (handle: number) => number;
  _heif_image_handle_get_height: (handle: number) => number;
  _heif_image_handle_has_alpha_channel: (handle: number) => number;
  _heif_image_handle_get_image_tiling: (
    error: number,
    handle: number,
    transformed: number,
    out: number,
  ) => void;
  _heif_image_handle_decode_image_tile: (
    error: number,
    handle: number,
    out: number,
    colorspace: number,
    chroma: number,
    options: number,
    x: number,
    y: number,
  ) => void;
  _heif_decode_image: (
    error: number,
    handle: number,
    out: number,
    colorspace: number,
    chroma: number,
    options: number,
  ) => void;
  _heif_image_handle_get_luma_bits_per_pixel: (handle: number) => number;
  _heif_decoding_options_alloc: () => number;
  _heif_decoding_options_free: (options: number) => void;
  _heif_image_get_width: (image: number, channel: number) => number;
  _heif_image_get_height: (image: number, channel: number) => number;
  _heif_image_get_chroma_format: (image: number) => number;
  _heif_image_get_bits_per_pixel_range: (image: number, channel: number) => number;
  _heif_image_get_nclx_color_profile: (error: number, image: number, out: number) => void;
  _heif_nclx_color_profile_free: (profile: number) => void;
  _heif_image_get_plane_readonly: (image: number, channel: number, outStride: number) => number;
  _heif_image_release: (image: number) => void;
};

/** A 32-bit number in its memory. */
export const readU32 = (lib: LibHeif, pointer: number): number => lib.HEAPU32[pointer >> 2] ?? 0;

/** What of WebAssembly is used; Node's types leave it out. */
type Instance = { exports: Record<string, unknown> };
type WebAssemblyApi = {
  compile: (bytes: Uint8Array<ArrayBuffer>) => Promise<object>;
  Instance: new (module: object, imports: object) => Instance;
};
const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };

type Factory = (settings: {
  instantiateWasm: (imports: object, done: (instance: Instance) => void) => Instance['exports'];
  print: () => void;
  printErr: () => void;
}) => LibHeif;

/** More than this decoding a single picture never needs; a request for more is refused. */
const maxHeapBytes = 384 * 1024 * 1024;
/** A worker whose heap has grown beyond this starts the next picture with a new one. */
const maxReusedHeapBytes = 96 * 1024 * 1024;

const load = createRequire(libheifPlace);

let compiled: Promise<object> | undefined;
let instance: Promise<LibHeif> | undefined;

/** Read from its own files when first needed: they are neither bundled nor changed (LGPL-3.0 §4). */
const compile = (): Promise<object> => {
  const bytes = readFileSync(load.resolve('libheif-js/libheif-wasm/libheif.wasm'));
  return WebAssembly.compile(limitMemory(bytes, maxHeapBytes));
};

const instantiate = async (): Promise<LibHeif> => {
  compiled ??= compile();
  const module = await compiled;
  const create: Factory = load('libheif-js/libheif-wasm/libheif.js');
  const silent = () => {};
  return create({
    instantiateWasm: (imports, done) => {
      const made = new WebAssembly.Instance(module, imports);
      done(made);
      return made.exports;
    },
    print: silent,
    printErr: silent,
  });
};

/**
 * Gives the one instance of this process to a task that must not wait for anything else, and drops
 * it afterwards where its memory has grown or it ended in a fault of its own.
 */
export const useLibHeif = async <T>(task: (lib: LibHeif) => T): Promise<T> => {
  instance ??= instantiate();
  const current = instance;
  try {
    const lib = await current;
    const result = task(lib);
    if (lib.HEAPU8.length > maxReusedHeapBytes) instance = undefined;
    return result;
  } catch (error) {
    instance = undefined;
    throw error;
  }
};

/** Whether the optional package is there. */
export const hasLibHeif = (): boolean => {
  try {
    load.resolve('libheif-js/libheif-wasm/libheif.wasm');
    return true;
  } catch {
    return false;
  }
};
