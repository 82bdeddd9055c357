import { MultiBar } from 'cli-progress';
import { truncate } from '#lib/batches/csv/csv-errors.ts';
import type { BatchView } from './batch-view.ts';
import type { Failure } from './find-failures.ts';

export type Output = NodeJS.WritableStream & { isTTY?: boolean };

export type Progress = {
  show(batch: BatchView): void;
  tell(failures: Failure[]): void;
  /** Ends the line; nothing may be shown after it. */
  stop(): void;
};

/** A bar where somebody watches, plain lines where the output is kept. */
export const progressOn = (output: Output): Progress =>
  output.isTTY ? barOn(output) : linesOn(output);

const barOn = (stream: Output): Progress => {
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
    tell: (failures) => {
      for (const failure of failures) bars.log(`${sentenceOf(failure)}\n`);
      bars.update(); // what is logged waits for the next drawing, and stop() would drop it
    },
    stop: () => bars.stop(),
  };
};

/** A line for every tenth of the work: a log is read later, and without its clutter. */
const linesOn = (stream: Output): Progress => {
  let shownTenths = -1;
  return {
    show: ({ progress }) => {
      const { processed_images: processed, total_images: total, failed_images: failed } = progress;
      const tenths = total > 0 ? Math.floor((processed / total) * 10) : 0;
      if (tenths <= shownTenths) return;
      shownTenths = tenths;
      stream.write(`${processed} of ${total} pictures, ${failed} failed\n`);
    },
    tell: (failures) => {
      for (const failure of failures) stream.write(`${sentenceOf(failure)}\n`);
    },
    stop: () => {},
  };
};

const sentenceOf = ({ serialNumber, productName, url, reason }: Failure): string =>
  `failed: ${truncate(serialNumber, 40)} ${truncate(productName, 60)}: ${truncate(url, 200)}: ${truncate(reason, 300)}`;
