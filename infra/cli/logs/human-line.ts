import { isWarning, type LogLine } from '#infra/local-cloud/launcher/log-line.ts';
import { imageIdsIn } from './log-filter.ts';

const shownElsewhere = new Set([
  ...['level', 'message', 'timestamp', 'service', 'sampling_rate', 'xray_trace_id'],
  ...['function_name', 'queue', 'image_id', 'image_ids', 'request_id', 'duration_ms'],
  ...['method', 'path', 'status', 'route', 'message_id', 'cold_start', 'function_arn'],
  ...['function_memory_size', 'function_request_id', '_aws'],
]);

/**
 * The line for a person: `12:00:01.123  make-thumbnails  message handled  12 ms  image 7k3…`.
 * With `everything` the fields that a glance does not need are there, too.
 */
export const humanLine = (line: LogLine, { everything = false, colour = false } = {}): string => {
  const { method, path, status, queue, route } = line;
  const text = (value: unknown) => (value === undefined ? '' : String(value));
  const place = (line.function_name ?? text(queue ?? route)).replace(/^darkroom-[a-z0-9]+-/, '');
  const what = [line.message, text(method), text(path), text(status)].filter(Boolean).join(' ');
  const images = imageIdsIn(line).join(' ');
  const rest = Object.entries(line).filter(
    ([name, value]) => !shownElsewhere.has(name) && value !== undefined,
  );
  const isTold = everything || isWarning(line);
  const parts = [
    formatClock(line.timestamp),
    line.level === 'INFO' ? '' : painted(line.level, line, colour),
    place.padEnd(16),
    what,
    line['duration_ms'] === undefined ? '' : `${line['duration_ms']} ms`,
    images ? `image ${images}` : '',
    everything && line.request_id ? `request ${line.request_id}` : '',
    ...(isTold ? rest.map(([name, value]) => `${name}=${shown(value, everything)}`) : []),
  ];
  return parts.filter((part) => part.trim() !== '').join('  ');
};

const maxShownLength = 200;

const shown = (value: unknown, everything: boolean): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (everything || text.length <= maxShownLength) return text;
  return `${text.slice(0, maxShownLength)}…`;
};

const formatClock = (timestamp: string): string => {
  const at = new Date(timestamp);
  if (Number.isNaN(at.getTime())) return timestamp;
  const two = (number: number) => String(number).padStart(2, '0');
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
  return `${time}.${String(at.getMilliseconds()).padStart(3, '0')}`;
};

const painted = (level: string, line: LogLine, colour: boolean): string => {
  if (!colour || !isWarning(line)) return level;
  const code = level === 'WARN' ? 33 : 31; // yellow, red
  return `\u001b[${code}m${level}\u001b[0m`;
};
