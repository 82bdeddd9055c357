import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { BatchView } from '#infra/cli/batch/batch-view.ts';
import { type Output, openProgress } from '#infra/cli/batch/progress.ts';

const batchAt = (processed: number, failed = 0): BatchView => ({
  request_id: 'batch-1',
  status: 'processing',
  progress: { total_images: 200, processed_images: processed, failed_images: failed },
  errors: [],
});
const failure = {
  serialNumber: '7',
  productName: 'Mug\n\u001b[2Jred',
  url: 'https://a.example/7.jpg',
  reason: 'The server answered 404.',
};

const outputOn = async (isTTY: boolean, show: (output: Output) => void): Promise<string> => {
  const stream: PassThrough & Output = new PassThrough().setEncoding('utf8');
  stream.isTTY = isTTY;
  let text = '';
  stream.on('data', (chunk) => {
    text += chunk;
  });
  show(stream);
  await once(stream.end(), 'end');
  return text;
};

describe('the progress of a batch', () => {
  it('is a bar on a terminal, with the failures above it', async () => {
    const text = await outputOn(true, (output) => {
      const progress = openProgress(output);
      progress.show(batchAt(50));
      progress.report([failure]);
      progress.show(batchAt(100, 1));
      progress.stop();
    });

    expect(text).toMatch(/█+░+ 50% \| 100 of 200 pictures \| 1 failed/);
    expect(text.match(/failed: 7/g)).toHaveLength(1);
    expect(text.indexOf('failed: 7')).toBeLessThan(text.indexOf('100 of 200'));
  });

  it('is a line for each tenth in a file or pipe', async () => {
    const text = await outputOn(false, (output) => {
      const progress = openProgress(output);
      for (const processed of [0, 1, 19, 20, 21, 150, 150, 199, 200])
        progress.show(batchAt(processed));
      progress.stop();
    });

    expect(text).toBe(
      [0, 20, 150, 199, 200].map((done) => `${done} of 200 pictures, 0 failed\n`).join(''),
    );
  });

  it('removes control characters from names', async () => {
    const text = await outputOn(false, (output) => openProgress(output).report([failure]));

    expect(text).toBe('failed: 7 Mug [2Jred: https://a.example/7.jpg: The server answered 404.\n');
  });
});
