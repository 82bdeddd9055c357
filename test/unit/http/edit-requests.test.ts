import { describe, expect, it } from 'vitest';
import {
  CreateEditSessionBody,
  EditStatusBody,
  fingerprintEdit,
  StartEditBody,
  toEditRequest,
} from '#lib/http/edit-requests.ts';

const body = (overrides: object = {}) =>
  StartEditBody.parse({ source_url: 'a', prompt: 'Make it blue.', ...overrides });

describe('a request for a process', () => {
  it('may be left out', () => {
    expect(CreateEditSessionBody.parse(undefined)).toBeUndefined();
    expect(CreateEditSessionBody.parse({})).toEqual({});
  });

  it.each([60, 61, 604_800])('may be for %s seconds', (ttl_seconds) => {
    expect(CreateEditSessionBody.parse({ ttl_seconds, more: 'ignored' })).toEqual({ ttl_seconds });
  });

  it.each([59, 604_801, 0, -60, 90.5, '3600', null, 1e300])('may not be for %s', (ttl_seconds) => {
    const { error } = CreateEditSessionBody.safeParse({ ttl_seconds });
    expect(error?.issues[0]?.path).toEqual(['ttl_seconds']);
  });
});

describe('a request for an edit', () => {
  it('names its process in the path or in the body', () => {
    expect(toEditRequest({ path: { init_id: 'p' }, body: body() }).initId).toBe('p');
    expect(toEditRequest({ path: {}, body: body({ init_id: 'b' }) }).initId).toBe('b');
    expect(toEditRequest({ path: { init_id: 'p' }, body: body({ init_id: 'p' }) }).initId).toBe(
      'p',
    );
  });

  it('may not name two processes, nor none', () => {
    for (const invalid of [
      { path: { init_id: 'p' }, body: body({ init_id: 'b' }) },
      { path: {}, body: body() },
    ])
      expect(() => toEditRequest(invalid)).toThrow(
        expect.objectContaining({
          code: 'invalid_field',
          message: expect.stringMatching(/^The field init_id is /),
        }),
      );
  });

  it('reads a target of null as none, and trims URLs', () => {
    const request = toEditRequest({
      path: { init_id: 'p' },
      body: body({ target_url: null, source_url: ' a\n' }),
    });
    expect(request).toEqual({
      initId: 'p',
      prompt: 'Make it blue.',
      sourceUrl: 'a',
      targetUrl: undefined,
    });
  });

  it('has a fingerprint of its own, whatever the order of its fields', () => {
    const request = { initId: 'p', prompt: 'x', sourceUrl: 'a', targetUrl: undefined };
    const others = [
      { ...request, initId: 'q' },
      { ...request, prompt: 'y' },
      { ...request, sourceUrl: 'b' },
      { ...request, targetUrl: 'b' },
    ];
    const { initId, ...rest } = request;
    const same = { ...rest, initId };

    expect(fingerprintEdit(same)()).toBe(fingerprintEdit(request)());
    const prints = [request, ...others].map((one) => fingerprintEdit(one)());
    expect(new Set(prints).size).toBe(prints.length);
  });
});

describe('a request for the status', () => {
  it.each([{ init_id: 'a' }, { process_id: 'a' }, { init_id: 'a', process_id: null }])(
    'may be %o',
    (question) => {
      expect(EditStatusBody.safeParse(question).success).toBe(true);
    },
  );

  it.each([{}, { init_id: '' }, { init_id: 7 }, { init_id: null, process_id: null }])(
    'may not be %o',
    (question) => {
      const { error } = EditStatusBody.safeParse(question);
      expect(error?.issues[0]?.path).toEqual(['init_id']);
    },
  );
});
