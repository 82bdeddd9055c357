import { vi } from 'vitest';
import type { LogLine } from '#infra/local-cloud/launcher/log-line.ts';
import { parseLogLine } from '#infra/local-cloud/launcher/log-line.ts';
import type { ErrorCode } from '#lib/error-codes.ts';
import { failureOf, type Image } from '#lib/images/image.ts';
import { pictureFacts } from '#lib/images/picture-facts.ts';
import { emitPicture } from '#lib/metrics/emit-picture.ts';
import { logger } from '#lib/observability.ts';

/** What a client gets: a code and a sentence. Null where there is no code, or nothing is recorded. */
export type Reported = { code: ErrorCode | null; reason: string | null };

/** One way to fail, and where an operator sees it. */
export type FailureCase = {
  what: string;
  /** Which record or answer says so, and its code. */
  where: string;
  code: ErrorCode | null;
  /** The level, the step where there is one, and the message of the line in the log. */
  log: `${'INFO' | 'WARN' | 'ERROR'} ${string}`;
  /** A metric and one of its dimensions. */
  metric: `${string} ${string}=${string}` | null;
  /** The logical id of the alarm that is raised where this happens often. */
  alarm: string | null;
  /** Makes it happen; returns what the record or the answer says, and the image it is about. */
  happens: () => Promise<Reported & { imageId?: string }>;
};

/** Collects the lines of the log from here on, metrics included, in order. */
export const collectLog = (): LogLine[] => {
  const lines: LogLine[] = [];
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.spyOn(console, 'log').mockImplementation((text) => {
    const line = parseLogLine(String(text));
    if (line) lines.push(line);
  });
  for (const level of ['info', 'warn', 'error'] as const)
    vi.spyOn(logger, level).mockImplementation((message, ...[fields]) => {
      const timestamp = new Date().toISOString();
      lines.push({
        ...{ level: level.toUpperCase(), message: String(message), timestamp },
        ...(typeof fields === 'object' && fields),
      });
    });
  return lines;
};

/** What a failed image says; its metrics are written as project-changes does at its end. */
export const readFailure = (image: Image): Reported & { imageId: string } => {
  const facts = pictureFacts(undefined, image);
  if (facts) emitPicture(facts);
  const failure = failureOf(image);
  return { imageId: image.imageId, code: failure?.code ?? null, reason: failure?.error ?? null };
};
