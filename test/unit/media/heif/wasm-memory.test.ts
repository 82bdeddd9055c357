import { expect, test } from 'vitest';
import { limitMemory } from '#lib/media/heif/wasm-memory.ts';

/** A module whose memory begins with one page and may grow to 1000, and nothing else. */
const module = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 5, 1, 1, 1, 0xe8, 0x07]);

test('memory of a WebAssembly module: it gets a lower limit, and nothing else changes', () => {
  const limited = limitMemory(module, 10 * 65_536);

  expect([...limited.subarray(0, 13)]).toEqual([...module.subarray(0, 13)]);
  expect([...limited.subarray(13)]).toEqual([0x8a, 0]); // ten, as wide as before
});

test('memory of a WebAssembly module: a lower limit of its own stays', () => {
  expect(Buffer.from(limitMemory(module, 2 ** 31))).toEqual(module);
});

test('memory of a WebAssembly module: one without a limit is refused', () => {
  const boundless = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1]);

  expect(() => limitMemory(boundless, 65_536)).toThrow(/states no limit/);
});
