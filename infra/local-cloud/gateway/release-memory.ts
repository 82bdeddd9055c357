/**
 * Gives back the memory behind these bytes, and behind all views of it. Only the owner may call
 * this, when the last use has ended, also the last of native code: the bytes are gone then.
 *
 * V8 frees a buffer that has outlived two of its small collections only in a large one, which
 * visits everything that lives.
 */
export const releaseMemory = ({ buffer }: Uint8Array): void => {
  if (!(buffer instanceof ArrayBuffer) || buffer.detached) return;
  if (buffer.byteLength > Buffer.poolSize) buffer.transfer(0); // smaller ones may be of Node's pool
};
