import { type Product, readCsv } from '#lib/batches/csv/read-csv.ts';

/** The bytes in pieces of this length, as a network would bring them. */
export function* inPieces(content: string | Uint8Array, length = 4096): Generator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** What readCsv finds in a file, and every product that it hands over. */
export const read = async (content: string | Uint8Array, pieceLength?: number) => {
  const products: Product[] = [];
  const summary = await readCsv(inPieces(content, pieceLength), (chunk) => {
    products.push(...chunk);
  });
  return { ...summary, products };
};

export const header = 'S. No.,Product Name,Input Image Urls';

/** The URLs of each product of a file with the usual header and these rows; it has no faults. */
export const urlsIn = async (...rows: string[]): Promise<string[][]> => {
  const { products, faults } = await read([header, ...rows].join('\n'));
  if (faults.faults.length > 0) throw new Error(JSON.stringify(faults.faults));
  return products.map(({ urls }) => urls);
};

/** Each fault of a file with the usual header and these rows as `line|column|message`. */
export const faultsIn = async (...rows: string[]): Promise<string[]> => {
  const { faults } = await read([header, ...rows].join('\n'));
  return faults.faults.map(({ row, column, message }) => `${row}|${column}|${message}`);
};
