// npm run test:schema: programs that know only /openapi.json of a running Darkroom. Spectral checks the
// document, a client is generated from it and runs the README's first steps, and schemathesis tries to make
// Darkroom answer 5xx, or anything that the document does not declare.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommandLine } from '#infra/cli/run-command.ts';
import { project } from '#infra/deploy/serverless.ts';
import { freePort } from './free-port.ts';
import { openapiPackages, runOpenapiClients } from './openapi-clients.ts';
import { pythonPrograms } from './python.ts';
import { createRecords, formatConfig } from './schema-records.ts';

const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '25' }, // per operation and phase; two minutes on two cores
    seed: { type: 'string', default: '1' }, // the same requests each time; another seed tries others
  },
});

const apiKey = 'the-key-of-the-schema-suite';
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'response_headers_conformance',
];

/** Its last line is like pytest's of a run without any test; CI is not to take it for that. */
const unruled = (line: string) => `schemathesis: ${line.replaceAll(/^=+ | =+$/g, '')}`.trimEnd();

await runCommandLine('test:schema', async (tools) => {
  // Before anything is tested: where one is missing, nothing is.
  const packages = await openapiPackages(tools);
  const programs = await pythonPrograms(tools, 'schemathesis.txt');
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-schema-'));
  tools.onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const start = join(project, 'infra', 'cli', 'start.ts');
  await tools.step('starting the embedded stack', async () =>
    tools.start(process.execPath, ['--initial-heap-size=256', start, '--settings', 'none'], {
      cwd: project,
      env: {
        PORT: String(port),
        S3_PORT: String(await freePort()),
        SQS_PORT: String(await freePort()),
        DYNAMODB_PORT: String(await freePort()),
        DATA_DIR: join(folder, 'data'),
        API_KEY: apiKey,
        CAPTION_PROVIDER: 'none',
        EDIT_PROVIDER: 'none',
        AWS_ENDPOINT_URL: undefined,
      },
      until: 'Darkroom is ready',
    }),
  );
  await runOpenapiClients(tools, packages, { baseUrl, apiKey, folder });
  const run = (title: string, { before = [], after = [] }: Record<string, string[]>) =>
    tools.step(title, () => {
      const args = [
        ...[...before, 'run', `${baseUrl}/openapi.json?aliases=1`, '--url', baseUrl],
        ...['-H', `X-API-Key: ${apiKey}`, '--checks', checks.join(',')],
        ...['--phases', 'examples,coverage,fuzzing', '--max-examples', values.examples],
        ...['--seed', values.seed, '--request-timeout', '30', '--no-color', ...after],
      ];
      return tools.run(join(programs, 'schemathesis'), args, { cwd: folder, shown: unruled });
    });
  await run('schemathesis, with ids of its own', {});
  const config = join(folder, 'schemathesis.toml');
  writeFileSync(config, formatConfig(await createRecords(baseUrl, apiKey)));
  await run('schemathesis, with ids that exist', {
    before: ['--config-file', config],
    after: ['--include-path-regex', String.raw`\{(image_id|init_id|request_id|filename)`],
  });
});
