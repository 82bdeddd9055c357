import sharp from 'sharp';

/** sharp as this service uses it: nothing kept between pictures, one thread each, few loaders. */
sharp.cache(false);
sharp.concurrency(1); // pictures are worked on side by side, each on one thread

// Whatever its first bytes say, libvips shall not parse SVG (which reads other files), CSV,
// matrices or its own .v format, nor open anything by a path. UltraHDR JPEGs fall back to the
// plain JPEG loader, which is what we want of them.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadNsgifBuffer',
    'VipsForeignLoadHeifBuffer',
    'VipsForeignLoadTiffBuffer',
  ],
});

/** Beyond these a picture costs more to decode than anybody needs for a thumbnail. */
export const longestSide = 16_383; // WebP's own limit
export const maxPixels = 50_000_000;
export const maxRawBytes = 250_000_000; // 41 megapixels of 16-bit RGB: 1.5 s of CPU where they must be turned
/** Only the first is shown, but a header's reader walks them all. */
export const maxFrames = 5_000;

export { sharp };
