import sharp from 'sharp';

/** sharp as this service uses it: nothing cached between pictures, one thread each, few loaders. */
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

/** Only the first is shown, but a header's reader walks them all. */
export const maxFrames = 5_000;

export { sharp };
