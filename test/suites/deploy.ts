// npm run test:deploy: `serverless deploy` to ministack, which enforces what each function's role
// allows, then the e2e suite over its API Gateway.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CommandTools, runCommandLine } from '#infra/cli/run-command.ts';
import { deployWithLinks } from '#infra/deploy/deployment.ts';
import { copyProject } from '#infra/deploy/serverless.ts';
import type { Fault } from './broken-template.ts';
import { checkPermissions } from './check-permissions.ts';
import { prepareE2eDeployment } from './e2e-deployment.ts';
import { faultVariable } from './fault-plugin.ts';
import { freePort } from './free-port.ts';
import { readDecisions, readRoles } from './permissions.ts';
import { pythonPrograms } from './python.ts';
import { runE2eSuite } from './suites.ts';

const help = `npm run test:deploy [-- <fault>]

Deploys Darkroom to ministack, with permissions enforced, and runs the e2e suite against it.
To see that it notices what is wrong, break the deployment; the command must then fail:
  --without <action>         no role allows this action, e.g. --without sqs:SendMessage
  --without-queue-policies   no queue says who may send to it
  --misspelt <function>      a handler's path is misspelt, e.g. --misspelt read-exif`;

const { values } = parseArgs({
  options: {
    without: { type: 'string' },
    'without-queue-policies': { type: 'boolean', default: false },
    misspelt: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${help}\n`);
  process.exit(0);
}

const faultWanted = (): Fault | undefined => {
  if (values.without) return { kind: 'without', action: values.without };
  if (values['without-queue-policies']) return { kind: 'without-queue-policies' };
  return values.misspelt ? { kind: 'misspelt', fn: values.misspelt } : undefined;
};

const launcher = fileURLToPath(new URL('./ministack/launch.py', import.meta.url));

/** Adds the plugin that puts the fault into the template. */
const breakProject = (folder: string): void => {
  const file = join(folder, 'serverless.yml');
  const written = readFileSync(file, 'utf8');
  const broken = written.replace(/^plugins:$/m, 'plugins:\n  - ./test/suites/fault-plugin.ts');
  if (broken === written) throw new Error('serverless.yml has no list of plugins to add one to.');
  writeFileSync(file, broken);
};

/**
 * Over TLS, because our buckets refuse everything else, and here policies count. Answers where it is
 * and the file of certificates that its clients have to trust.
 */
const startMinistack = async (
  tools: CommandTools,
): Promise<{ endpoint: string; trusted: string; permissions: string; roles: string }> => {
  const programs = await pythonPrograms(tools, 'ministack.txt');
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-ministack-'));
  tools.onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const inside = (name: string) => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  };
  // Not below a package.json of "type": "module", or each function dies without a reason.
  const temporary = inside('tmp');
  const endpoint = `https://127.0.0.1:${port}`;
  // What another run before this one did counts too, where both are given the same file: a statement
  // that only some timing needs is not always used.
  const permissions = process.env['PERMISSIONS_FILE'] ?? join(folder, 'permissions.jsonl');
  const roles = join(folder, 'roles.json');
  const env = {
    AUTH: 'true', // roles and policies count; test/test may do everything
    USE_SSL: '1',
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    SFTP_ENABLED: '0',
    LAMBDA_EXECUTOR: 'local', // processes of the first node on PATH
    STATE_DIR: inside('state'),
    S3_DATA_DIR: inside('s3'),
    TMPDIR: temporary,
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    AWS_ENDPOINT_URL: undefined,
    NODE_EXTRA_CA_CERTS: undefined, // or its functions would not trust its certificate
    PERMISSIONS_FILE: permissions,
    ROLES_FILE: roles,
  };
  await tools.step('starting ministack', () =>
    tools.start(join(programs, 'python'), [launcher], { env, until: endpoint }),
  );
  const own = readFileSync(join(temporary, 'ministack-tls', 'server.crt'), 'utf8');
  const others = process.env['NODE_EXTRA_CA_CERTS'];
  const trusted = join(folder, 'trusted.pem');
  writeFileSync(trusted, `${own}\n${others ? readFileSync(others, 'utf8') : ''}`);
  setDefaultCACertificates([...getCACertificates(), own]); // for this process, which runs already
  return { endpoint, trusted, permissions, roles };
};

await runCommandLine('test:deploy', async (tools) => {
  const fault = faultWanted();
  if (fault) tools.say(`broken on purpose, so this must fail: ${JSON.stringify(fault)}`);
  const { endpoint, trusted, permissions, roles } = await startMinistack(tools);
  const deployment = await prepareE2eDeployment(endpoint);
  const folder = copyProject(tools);
  if (fault) breakProject(folder);
  const env = {
    ...deployment.settings,
    NODE_EXTRA_CA_CERTS: trusted,
    ...(fault && { [faultVariable]: JSON.stringify(fault) }),
  };
  const service = await deployWithLinks(tools, { folder, stage: 'dev', endpoint, env });
  tools.say(`ministack runs ${service.functions} functions, each with a role of its own`);
  await runE2eSuite(tools, 'with permissions enforced', {
    baseUrl: service.baseUrl,
    endpoint,
    deployment,
    trusted,
    firstFailureEnds: fault !== undefined, // one is all that is wanted then
  });
  await tools.step('comparing what the functions may do with what they did', async () =>
    checkPermissions(readRoles(roles), readDecisions(permissions)),
  );
});
