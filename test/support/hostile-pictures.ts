import { crc32, deflateSync } from 'node:zlib';
import { drawnJpeg } from './drawn-pictures.ts';

/** A file that is not what its name or type claims, or too expensive to decode. */
export type HostilePicture = {
  name: string;
  contentType: string;
  bytes: Buffer;
  /** The HTTP status of the upload; 'failed later' where only decoding shows the error. */
  expected: 415 | 422 | 'failed later';
};

const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex');

/** A PNG chunk with its length and a correct checksum. */
export const pngChunk = (type: string, body: Uint8Array): Buffer => {
  const chunk = Buffer.alloc(body.length + 12);
  chunk.writeUInt32BE(body.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(body, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, body.length + 8)), body.length + 8);
  return chunk;
};

type Header = { width: number; height: number; bitDepth?: 1 | 8 | 16; colourType?: 0 | 2 | 6 };

const pngHeader = ({ width, height, bitDepth = 8, colourType = 0 }: Header) => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bitDepth;
  header[9] = colourType;
  return pngChunk('IHDR', header);
};

const channels = { 0: 1, 2: 3, 6: 4 } as const;

/** A complete, valid black PNG, a thousand times smaller than its pixels. */
export const pngBomb = (header: Header): Buffer => {
  const { width, height, bitDepth = 8, colourType = 0 } = header;
  const row = 1 + Math.ceil((width * bitDepth * channels[colourType]) / 8);
  const packed = deflateSync(Buffer.alloc(row * height), { level: 9 });
  return Buffer.concat([
    pngSignature,
    pngHeader(header),
    pngChunk('IDAT', packed),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
};

/** A PNG whose header declares more than it contains. */
export const pngHeaderOnly = (header: Header): Buffer =>
  Buffer.concat([
    pngSignature,
    pngHeader(header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(100))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);

const svg = Buffer.from(
  `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">
<image href="file:///etc/passwd" width="100" height="100"/></svg>`,
);

const text = Buffer.from('This is a shopping list: eggs, flour, milk.\n'.repeat(40));

/** The first bytes of a HEIC picture; the rest is noise. */
const heic = Buffer.concat([
  Buffer.from('0000001c66747970686569630000000068656963', 'hex'),
  Buffer.from('6d6966316865766300', 'hex'),
  Buffer.alloc(600, 0x5a),
]);

/** Each must be rejected with a reason, recorded, listed and counted. */
export const hostilePictures = async (): Promise<HostilePicture[]> => {
  const jpeg = await drawnJpeg({ width: 900, height: 700 });
  return [
    { name: 'shopping.jpg', contentType: 'image/jpeg', bytes: text, expected: 415 },
    { name: 'empty.jpg', contentType: 'image/jpeg', bytes: Buffer.alloc(0), expected: 422 },
    {
      name: 'bomb-400mp.png',
      contentType: 'image/png',
      bytes: pngBomb({ width: 20_000, height: 20_000, bitDepth: 1 }),
      expected: 422,
    },
    {
      name: 'endless-row.png',
      contentType: 'image/png',
      bytes: pngHeaderOnly({ width: 786_464, height: 32, bitDepth: 16, colourType: 6 }),
      expected: 422,
    },
    { name: 'drawing.svg', contentType: 'image/svg+xml', bytes: svg, expected: 415 },
    { name: 'drawing.png', contentType: 'image/png', bytes: svg, expected: 415 },
    { name: 'holiday.heic', contentType: 'image/heic', bytes: heic, expected: 422 },
    {
      name: 'paper.pdf',
      contentType: 'application/pdf',
      bytes: Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj\n<<>>\nendobj\n', 'latin1'),
      expected: 415,
    },
    {
      name: 'broken-header.jpg',
      contentType: 'image/jpeg',
      bytes: jpeg.subarray(0, 40),
      expected: 422,
    },
    {
      name: 'truncated.jpg',
      contentType: 'image/jpeg',
      bytes: jpeg.subarray(0, Math.round(jpeg.length * 0.6)),
      expected: 'failed later',
    },
    {
      name: 'truncated.png',
      contentType: 'image/png',
      bytes: pngHeaderOnly({ width: 1000, height: 1000 }),
      expected: 'failed later',
    },
  ];
};
