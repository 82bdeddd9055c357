import { afterAll, afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startOtlpReceiver } from '#test/support/otlp-receiver.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const sent = `00-${traceId}-${spanId}-01`;

/** The module reads its settings when it is loaded, as a Lambda does. */
const tracingWith = async (endpoint: string) => {
  vi.resetModules();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
  vi.stubEnv('AWS_LAMBDA_RUNTIME_API', '127.0.0.1:9001');
  return import('#lib/tracing/spans.ts');
};
const tracing = async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(receiver.stop);
  return { receiver, ...(await tracingWith(receiver.url)) };
};

afterEach(() => vi.unstubAllEnvs());
afterAll(() => vi.resetModules()); // other files share this process

describe('a span', () => {
  it('is part of the trace that came along, and parent of what is within', async () => {
    const { receiver, inSpan, flushSpans } = await tracing();
    await inSpan('outer', { kind: 'server', parent: sent }, () =>
      inSpan('inner', {}, async () => undefined),
    );
    await flushSpans();

    const [inner, outer] = receiver.spans;
    expect(receiver.faults).toEqual([]);
    expect(outer).toMatchObject({ traceId, parentSpanId: spanId, kind: 2 });
    expect(inner).toMatchObject({ traceId, parentSpanId: outer?.spanId, kind: 1 });
  });

  it('begins a trace where nothing valid came along', async () => {
    const { receiver, inSpan, flushSpans, traceFields } = await tracing();
    const logged = await inSpan('outer', { parent: 'nonsense' }, async () => traceFields());
    await flushSpans();

    const [span] = receiver.spans;
    expect(span).not.toHaveProperty('parentSpanId');
    expect(logged).toEqual({ trace_id: span?.traceId });
  });

  it('takes up the trace of an object once that is known, and only if it had none', async () => {
    const { receiver, inSpan, flushSpans, continueTrace } = await tracing();
    await inSpan('register', {}, async () => {
      continueTrace(sent);
      continueTrace(`00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`);
    });
    await flushSpans();
    expect(receiver.spans).toMatchObject([{ name: 'register', traceId, parentSpanId: spanId }]);
  });

  it('is sent along but not exported where the caller does not sample', async () => {
    const { receiver, inSpan, flushSpans, currentTraceparent } = await tracing();
    const passedOn = await inSpan('outer', { parent: sent.replace(/01$/, '00') }, async () =>
      currentTraceparent(),
    );
    await flushSpans();
    expect(passedOn).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    expect(receiver.requests()).toBe(0);
  });

  it('names what was thrown, and lets it pass', async () => {
    const { receiver, inSpan, flushSpans } = await tracing();
    const broken = inSpan('outer', {}, () => Promise.reject(new TypeError('secret')));
    await expect(broken).rejects.toThrow('secret');
    await flushSpans();
    expect(receiver.spans).toMatchObject([{ status: { code: 2, message: 'TypeError' } }]);
    expect(JSON.stringify(receiver.spans)).not.toContain('secret');
  });

  it('keeps concurrent traces apart', async () => {
    const { receiver, inSpan, flushSpans, annotateSpan } = await tracing();
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        inSpan(`outer ${n}`, {}, async () => {
          await Promise.resolve();
          annotateSpan({ n });
        }),
      ),
    );
    await flushSpans();
    expect(new Set(receiver.spans.map((span) => span.traceId)).size).toBe(20);
    for (const { name, attributes } of receiver.spans)
      expect(name).toBe(`outer ${attributes['n']}`);
  });
});

describe('a collector that cannot be reached', () => {
  it('is left alone for a while, and nothing fails', async () => {
    const { receiver, inSpan, flushSpans } = await tracing();
    await receiver.stop();
    for (let n = 0; n < 3; n++) {
      expect(await inSpan('outer', {}, async () => n)).toBe(n);
      await flushSpans();
    }
  });
});

describe('without an endpoint', () => {
  it('no context is made, sent along or logged', async () => {
    const { inSpan, currentTraceparent, traceFields, flushSpans } = await tracingWith('');
    const within = await inSpan('outer', { parent: sent }, async () => [
      currentTraceparent(),
      traceFields(),
    ]);
    await flushSpans();
    expect(within).toEqual([undefined, {}]);
  });
});
