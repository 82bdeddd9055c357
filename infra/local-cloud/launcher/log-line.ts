import { z } from 'zod';

/** A line of the log: what the functions' logger (Powertools) writes, and the emulators in its form. */
export const LogLine = z.looseObject({
  level: z.string(),
  message: z.string(),
  timestamp: z.string(),
  function_name: z.string().optional(),
  request_id: z.string().optional(),
});
export type LogLine = z.infer<typeof LogLine>;

/** Undefined for what is no line of ours: a warning of Node, a stray console.log. */
export const parseLogLine = (text: string): LogLine | undefined => {
  if (!text.startsWith('{')) return undefined;
  try {
    return LogLine.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};

export const logLine = (
  level: 'INFO' | 'WARN' | 'ERROR',
  message: string,
  fields: Record<string, unknown> = {},
): LogLine => ({ level, message, timestamp: new Date().toISOString(), ...fields });

export const isWarning = ({ level }: LogLine): boolean =>
  ['WARN', 'ERROR', 'CRITICAL'].includes(level.toUpperCase());
