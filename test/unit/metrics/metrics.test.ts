import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseLogLine } from '#infra/local-cloud/launcher/log-line.ts';
import { emitUsage } from '#lib/ai/emit-call.ts';
import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { emitDelivery } from '#lib/metrics/emit-delivery.ts';
import { metricUnits } from '#lib/metrics/emit-metrics.ts';
import { emitPicture } from '#lib/metrics/emit-picture.ts';

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'darkroom-test');
  vi.spyOn(console, 'log').mockImplementation((text) => void lines.push(String(text)));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** The line as CloudWatch reads it: each directive's metrics with each set of dimensions. */
const read = (text: string | undefined) => {
  const line = JSON.parse(text ?? '');
  const [{ Namespace, Dimensions, Metrics }, ...others] = line._aws.CloudWatchMetrics;
  expect(others).toEqual([]);
  return {
    line,
    namespace: Namespace,
    metrics: Object.fromEntries(Metrics.map(({ Name }: { Name: string }) => [Name, line[Name]])),
    dimensions: Dimensions.map((names: string[]) =>
      Object.fromEntries(names.map((name) => [name, line[name]])),
    ),
  };
};

const facts = {
  imageId: 'an-image',
  requestId: 'a-request',
  status: 'done',
  source: 'upload',
  format: 'jpeg',
  sizeBytes: 3_000_000,
  arrivalToThumbnailMs: 900,
  thumbnailMs: 200,
  failure: null,
} as const;

describe('the metrics', () => {
  it('are at most eight', () => {
    expect(Object.keys(metricUnits).length).toBeLessThanOrEqual(8);
  });

  it('of a picture are one line, which is a line of the log as well', () => {
    emitPicture(facts);
    expect(lines).toHaveLength(1);
    expect(parseLogLine(lines[0] ?? '')).toMatchObject({
      ...{ level: 'INFO', message: 'picture done', image_id: 'an-image', request_id: 'a-request' },
    });
    expect(read(lines[0])).toMatchObject({
      namespace: 'darkroom-test',
      metrics: { Pictures: 1, BytesIn: 3_000_000, ArrivalToThumbnail: 900, ThumbnailTime: 200 },
      dimensions: [
        { service: 'darkroom', status: 'done' },
        { service: 'darkroom', format: 'jpeg' },
      ],
    });
  });

  it('of a picture that failed are counted by its code, never by its sentence', () => {
    const failure = { code: 'damaged_file', error: 'The scan data are damaged.' } as const;
    emitPicture({ ...facts, status: 'failed', failure });
    const { dimensions, line } = read(lines[0]);
    expect(dimensions).toContainEqual({ service: 'darkroom', error_code: 'damaged_file' });
    expect(JSON.stringify(dimensions)).not.toContain('scan data');
    expect(line.reason).toBe(failure.error);
  });

  it('of a delivery are its bytes, by where it came from', async () => {
    const delivered = { from: 'made', sizeBytes: 5000, url: 'https://example.org/' } as const;
    expect(await emitDelivery(Promise.resolve(delivered))).toBe(delivered);
    expect(read(lines[0])).toMatchObject({
      metrics: { BytesDelivered: 5000 },
      dimensions: [{ service: 'darkroom', from: 'made' }],
    });
  });

  it.each([
    [{ usage: { total_tokens: 42 } }, { ProviderTokens: 42 }],
    [{ usage: { prompt_tokens: 40, completion_tokens: 5 } }, { ProviderTokens: 45 }],
    [
      { usage: { input_tokens: 7, output_tokens: 3, cost: 0.002 } },
      { ProviderTokens: 10, ProviderCost: 0.002 },
    ],
  ])('of the answer %j are its tokens and its cost', (json, expected) => {
    const provider = resolveCaptionProvider({ provider: 'openai', openaiKey: 'a-key' });
    if (provider.ok) emitUsage(provider, json);
    expect(read(lines[0])).toMatchObject({
      metrics: expected,
      dimensions: [{ service: 'darkroom', provider: 'openai' }],
    });
  });

  it.each([{}, { usage: null }, { usage: { total_tokens: 'many' } }, null])(
    'of the answer %j are none, since it says nothing of tokens',
    (json) => {
      const provider = resolveCaptionProvider({ provider: 'openai', openaiKey: 'a-key' });
      if (provider.ok) emitUsage(provider, json);
      expect(lines).toEqual([]);
    },
  );
});
