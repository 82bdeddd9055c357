/** Where in a file its EXIF lies: a TIFF structure, whose offsets count from its own beginning. */
export type Block = { offset: number; length: number };
