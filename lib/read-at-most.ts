/**
 * Reads the body of a response up to `maxBytes`; `truncated` says that there is more. Announced
 * lengths are claims, so the bytes themselves are counted.
 */
export const readAtMost = async (
  maxBytes: number,
  body: AsyncIterable<Uint8Array> | null,
): Promise<{ bytes: Buffer; truncated: boolean }> => {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.byteLength;
    chunks.push(chunk);
    if (sizeBytes > maxBytes) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), truncated: sizeBytes > maxBytes };
};
