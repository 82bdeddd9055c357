import { setTimeout as wait } from 'node:timers/promises';
import { plainText } from '#lib/plain-text.ts';
import { BatchView, CsvCheckView, hasEnded } from './batch-view.ts';
import { connectTo, type Deployment, DeploymentError } from './deployment.ts';
import { failureFinder } from './find-failures.ts';
import type { Options } from './options.ts';
import { type Output, openProgress } from './progress.ts';
import { saveResults } from './save-results.ts';
import { checkCsv, startBatch } from './start-batch.ts';

/** 0: all images were processed; 1: some failed; 2: nothing was started. */
export type ExitCode = 0 | 1 | 2;

export type Outputs = { output: Output; errors: Output };

/** Sends a CSV to a deployment, waits until its images have ended, and downloads the results. */
export const runBatch = async (options: Options, outputs: Outputs): Promise<ExitCode> => {
  const deployment = connectTo(options.deployment);
  let code: ExitCode = 2;
  try {
    if (options.isDryRun) return printCheck(await checkCsv(options, deployment), outputs);
    const { request_id: requestId } = await startBatch(options, deployment);
    code = 1;
    outputs.output.write(`batch ${requestId}: ${deployment.url}/api/batches/${requestId}\n`);
    const batch = await follow(deployment, requestId, outputs.output);
    return wasRefused(batch)
      ? printRefusal(batch, outputs)
      : await fetchResults(batch, options.outputs, deployment, outputs);
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    const check = CsvCheckView.safeParse(error.data).data;
    // The list of errors says more than the sentence.
    outputs.errors.write(check ? errorLines(check) : `${error.message}\n`);
    return code;
  }
};

const minPollMs = 250; // a small batch is done in a moment
const maxPollMs = 2000;

const follow = async (
  deployment: Deployment,
  requestId: string,
  output: Output,
): Promise<BatchView> => {
  const newFailures = failureFinder(deployment, requestId);
  const progress = openProgress(output);
  try {
    for (let pollMs = minPollMs; ; pollMs = Math.min(maxPollMs, pollMs * 1.2)) {
      const { data: batch } = await deployment.json(`/api/status/${requestId}`, BatchView);
      progress.show(batch);
      progress.report(await newFailures(batch));
      if (hasEnded(batch)) return batch;
      await wait(pollMs);
    }
  } finally {
    progress.stop();
  }
};

const fetchResults = async (
  { request_id: requestId, status, progress }: BatchView,
  name: string,
  deployment: Deployment,
  { output }: Outputs,
): Promise<ExitCode> => {
  const { total_images: total, failed_images: failed, cancelled_images: cancelled = 0 } = progress;
  const results = `/api/batches/${requestId}/results`;
  await saveResults(deployment, results, `${name}-results.csv`);
  output.write(`${total - failed - cancelled} of ${total} images processed: ${name}-results.csv\n`);
  if (failed + cancelled === 0) return status === 'completed' ? 0 : 1;
  await saveResults(deployment, `${results}?errors=1`, `${name}-failed.csv`);
  output.write(
    `${cancelled ? `${cancelled} were cancelled, ` : ''}${failed} failed, to be corrected and sent again: ${name}-failed.csv\n`,
  );
  return 1;
};

/** The deployment fetched the CSV by itself, and could not, or found errors in it. */
const wasRefused = ({ status, errors, progress }: BatchView): boolean =>
  status === 'failed' && (errors.length > 0 || progress.total_images === 0);

const printRefusal = ({ message, errors }: BatchView, outputs: Outputs): ExitCode => {
  const lines = errors.length > 0 ? errorLines({ errors, more_errors: 0 }) : '';
  outputs.errors.write(lines || `${message ?? 'The CSV was refused.'}\n`);
  return 2;
};

const printCheck = (check: CsvCheckView, { output, errors }: Outputs): ExitCode => {
  const { valid, total_products: products, total_images: pictures } = check;
  output.write(`${products} products, ${pictures} pictures${valid ? ', no errors' : ''}\n`);
  errors.write(errorLines(check));
  return valid ? 0 : 2;
};

const errorLines = ({ errors, more_errors: more }: Pick<CsvCheckView, 'errors' | 'more_errors'>) =>
  [
    ...errors.map(({ row, column, message }) => {
      const place = column === null ? `line ${row}` : `line ${row}, ${plainText(column, 40)}`;
      return `${place}: ${plainText(message, 300)}\n`;
    }),
    ...(more > 0 ? [`and ${more} more\n`] : []),
  ].join('');
