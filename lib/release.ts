/**
 * Frees the memory of these bytes, and of all views of it. Only for the owner, after the last use by
 * JavaScript and native code: the views are empty afterwards.
 *
 * V8 frees a buffer that has survived two minor collections only in a major one, which visits the
 * whole heap. Garbage of megabytes would trigger one every ten pictures, when nothing else would for a
 * long time.
 */
export const release = ({ buffer }: Uint8Array): void => {
  if (!(buffer instanceof ArrayBuffer) || buffer.detached) return;
  if (buffer.byteLength > Buffer.poolSize) buffer.transfer(0); // smaller ones may be part of Node's pool
};
