import { parseParameters } from './multipart-parameters.ts';

/** One part of a form, as it was sent. */
export type Part = {
  name: string;
  /** Undefined where the part names no file. Empty is what a browser sends for an empty input. */
  filename: string | undefined;
  /** Lower case, without parameters; undefined where the part says nothing. */
  contentType: string | undefined;
  bytes: Buffer;
};

const maxParts = 200;
const maxHeaderBytes = 16_384;

/**
 * The parts of a multipart body (RFC 2046 §5.1) that is whole in memory; the bytes are views of it.
 * Undefined where it is malformed or ends before its last boundary, so that a truncated body never
 * becomes a shorter file.
 */
export const splitParts = (body: Buffer, boundary: string): Part[] | undefined => {
  const parts: Part[] = [];
  let opening = findDelimiter(body, boundary, 0);
  while (opening && !opening.isLast && parts.length < maxParts) {
    // Its line break may be that of the next one as well: a part may be empty.
    const closing = findDelimiter(body, boundary, opening.end - 2);
    const part = closing && readPart(body.subarray(opening.end, closing.start));
    if (!part) return undefined;
    parts.push(part);
    opening = closing;
  }
  return opening?.isLast ? parts : undefined;
};

/** A line of `--` and the boundary; `--` behind it says that it is the last. */
type Delimiter = { start: number; end: number; isLast: boolean };

const findDelimiter = (body: Buffer, boundary: string, from: number): Delimiter | undefined => {
  const dashed = `--${boundary}`;
  for (let at = body.indexOf(dashed, from); at >= 0; at = body.indexOf(dashed, at + 1)) {
    const isOnNewLine = at >= 2 && body[at - 2] === 0x0d && body[at - 1] === 0x0a;
    if (at > 0 && !isOnNewLine) continue;
    const start = isOnNewLine ? at - 2 : at;
    const behind = at + dashed.length;
    const rest = body.subarray(behind, behind + 80).toString('latin1');
    if (rest.startsWith('--')) return { start, end: behind + 2, isLast: true };
    const lineEnd = /^[ \t]*\r\n/.exec(rest)?.[0]; // padding that transports may add
    if (lineEnd) return { start, end: behind + lineEnd.length, isLast: false };
  }
  return undefined;
};

const readPart = (part: Buffer): Part | undefined => {
  const hasHeaders = part[0] !== 0x0d || part[1] !== 0x0a;
  const headersEnd = hasHeaders ? part.indexOf('\r\n\r\n') : -2;
  if (headersEnd === -1 || headersEnd > maxHeaderBytes) return undefined;
  const headers = part.subarray(0, Math.max(0, headersEnd)).toString('latin1');
  const { name, filename } = parseParameters(findHeader(headers, 'content-disposition'));
  return {
    name: name ?? '',
    filename,
    contentType:
      findHeader(headers, 'content-type').split(';')[0]?.trim().toLowerCase() || undefined,
    bytes: part.subarray(headersEnd + 4),
  };
};

/** Long headers may be folded: a line that begins with a space continues the one before it. */
const findHeader = (headers: string, name: string): string =>
  headers
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .find((line) => line.toLowerCase().startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .trim() ?? '';
