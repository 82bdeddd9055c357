import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ErrorCode, errorCodes } from '#lib/error-codes.ts';
import type { Route } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { type BrokenRequest, brokenRequests } from '#test/support/broken-requests.ts';
import { theClient } from './client.ts';

const darkroom = theClient();

const Failure = z.strictObject({
  status: z.literal('error'),
  code: z.int(),
  data: z.null(),
  error: z.string(),
  error_code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  fields: z.array(z.strictObject({ field: z.string(), error: z.string() })).optional(),
});

/** Texts of the contract that are no sentences. */
const fixedText = /^([A-Z][a-z]+ not found|Thumbnail not ready or missing)$/;
const isSentence = (text: string) =>
  fixedText.test(text) || /^(\p{Lu}|invalid file format: ).* .*\.$/su.test(text);

/** What zod, JSON.parse, busboy, sharp, AWS' SDK and a bug of ours say. */
const libraryProse =
  /invalid input|invalid_type|expected .+, received|unexpected (token|end)|position \d|required$|too (small|big):|Exception|ECONN|ENOENT|undefined|\[object|NaN|vips|\bat .+:\d+:\d+/i;

const judge = async ({ method, path, body, headers = {} }: BrokenRequest) => {
  const answer = await darkroom.call(path, {
    method,
    ...(body !== undefined && { body }),
    headers,
    redirect: 'manual',
  });
  if (!answer.headers.get('x-request-id'))
    return { status: answer.status, wrong: 'no x-request-id' };
  if (answer.status === 405 && !answer.headers.get('allow'))
    return { status: answer.status, wrong: 'no Allow' };
  if (answer.status < 400 || method === 'HEAD') return { status: answer.status };
  const parsed = Failure.safeParse(JSON.parse(answer.text));
  if (!parsed.success) return { status: answer.status, wrong: `no envelope: ${answer.text}` };
  const { error, error_code, fields = [] } = parsed.data;
  const { status } = { status: undefined, ...errorCodes[error_code] };
  const texts = [error, ...fields.map((field) => field.error)];
  const wrong =
    texts.find((text) => !isSentence(text) || libraryProse.test(text)) ??
    (status === answer.status ? undefined : `${error_code} is no ${answer.status}`);
  return { status: answer.status, code: error_code, wrong };
};

describe('every route, whatever is wrong with a request', async () => {
  const seen = new Set<ErrorCode>();

  it.each(Object.values<Route>(routes))(
    '$name answers with a code and a sentence',
    async (route) => {
      const requests = brokenRequests(route);
      for (let from = 0; from < requests.length; from += 10)
        await Promise.all(
          requests.slice(from, from + 10).map(async (request) => {
            const { status, code, wrong } = await judge(request);
            const shown = `${request.method} ${request.path.slice(0, 120)} ${String(request.body ?? '').slice(0, 80)}`;
            expect(wrong, shown).toBeUndefined();
            expect(status, shown).toBeLessThan(500);
            if (code) seen.add(code);
          }),
        );
    },
  );

  it('and that with every code of requests', () => {
    const expected: ErrorCode[] = [
      'batch_not_found',
      'image_not_found',
      'invalid_cursor',
      'invalid_field',
      'invalid_form',
      'invalid_json',
      'invalid_parameter',
      'method_not_allowed',
      'missing_file',
      'process_not_found',
      'unknown_parameter',
      'webhook_not_found',
    ];
    expect([...seen]).toEqual(expect.arrayContaining(expected));
  });
});
