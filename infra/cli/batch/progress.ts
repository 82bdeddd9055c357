import { MultiBar } from 'cli-progress';
import { plainText } from '#lib/plain-text.ts';
import type { BatchView } from './batch-view.ts';
import type { Failure } from './find-failures.ts';

export type Output = NodeJS.WritableStream & { isTTY?: boolean };

export type Progress = {
  show(batch: BatchView): void;
  report(failures: Failure[]): void;
  /** Ends the output; nothing may be shown after it. */
  stop(): void;
};

/** A bar on a terminal, plain lines in a file or pipe. */
export const openProgress = (output: Output): Progress =>
  output.isTTY ? drawBar(output) : writeLines(output);

const drawBar = (stream: Output): Progress => {
  const bars = new MultiBar({
    stream,
    format:
      ' {bar} {percentage}% | {value} of {total} pictures | {failed} failed | {eta_formatted} to go',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    emptyOnZero: true,
  });
  const bar = bars.create(0, 0, { failed: 0 });
  return {
    show: ({ progress }) => {
      bar.setTotal(progress.total_images);
      bar.update(progress.processed_images, { failed: progress.failed_images });
    },
    report: (failures) => {
      for (const failure of failures) bars.log(`${toLine(failure)}\n`);
      bars.update(); // logged lines wait for the next drawing, and stop() would drop them
    },
    stop: () => bars.stop(),
  };
};

/** A line for every tenth of the work. */
const writeLines = (stream: Output): Progress => {
  let shownTenths = -1;
  return {
    show: ({ progress }) => {
      const { processed_images: processed, total_images: total, failed_images: failed } = progress;
      const tenths = total > 0 ? Math.floor((processed / total) * 10) : 0;
      if (tenths <= shownTenths) return;
      shownTenths = tenths;
      stream.write(`${processed} of ${total} pictures, ${failed} failed\n`);
    },
    report: (failures) => {
      for (const failure of failures) stream.write(`${toLine(failure)}\n`);
    },
    stop: () => {},
  };
};

const toLine = ({ serialNumber, productName, url, reason }: Failure): string =>
  `failed: ${plainText(serialNumber, 40)} ${plainText(productName, 60)}: ${plainText(url, 200)}: ${plainText(reason, 300)}`;
