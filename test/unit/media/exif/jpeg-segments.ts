/** A segment of a JPEG (ISO 10918-1 §B.1): marker, length, contents. */
export const segment = (marker: number, contents: string | Buffer): Buffer => {
  const body = typeof contents === 'string' ? Buffer.from(contents, 'latin1') : contents;
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
};

/** A JPEG's beginning with the given segments, or bytes between them, and the start of a scan. */
export const makeJpeg = (...parts: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([0xff, 0xd8]), ...parts, segment(0xda, Buffer.alloc(9))]);

const latin = (text: string) => Buffer.from(text, 'latin1');

export const exifSegment = (block: Buffer, preamble = 'Exif\0\0'): Buffer =>
  segment(0xe1, Buffer.concat([latin(preamble), block]));

/** A packet in which `inside` stands between the description's tags; `attributes` stand in its tag. */
export const xmpPacket = (inside: string, attributes = ''): string => `<?xpacket begin="\ufeff"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
  xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/"
  xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" ${attributes}>${inside}</rdf:Description>
</rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;

export const xmpSegment = (packet: string): Buffer =>
  segment(0xe1, Buffer.concat([latin('http://ns.adobe.com/xap/1.0/\0'), Buffer.from(packet)]));

/** One dataset of IPTC's record 2 (IIM 4.2 §1.5), or of another record. */
export const iptcRecord = (dataset: number, value: string | Buffer, record = 2): Buffer => {
  const bytes = Buffer.from(value);
  const head = Buffer.from([0x1c, record, dataset, 0, 0]);
  head.writeUInt16BE(bytes.length, 3);
  return Buffer.concat([head, bytes]);
};

/** A resource of Photoshop's: signature, number, an empty name, length, data of even length. */
export const photoshopResource = (number: number, data: Buffer): Buffer => {
  const head = Buffer.alloc(12);
  head.write('8BIM');
  head.writeUInt16BE(number, 4);
  head.writeUInt32BE(data.length, 8);
  return Buffer.concat([head, data, Buffer.alloc(data.length & 1)]);
};

export const iptcSegment = (...records: Buffer[]): Buffer =>
  segment(
    0xed,
    Buffer.concat([
      latin('Photoshop 3.0\0'),
      photoshopResource(0x03ed, Buffer.alloc(15)), // what else Photoshop writes
      photoshopResource(0x0404, Buffer.concat(records)),
    ]),
  );
