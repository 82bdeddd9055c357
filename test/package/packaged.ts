import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { z } from 'zod';

const Resource = z.looseObject({
  Type: z.string(),
  DeletionPolicy: z.string().optional(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
const Template = z.object({
  Resources: z.record(z.string(), Resource),
  Outputs: z.record(z.string(), z.unknown()),
});
export type Resource = z.infer<typeof Resource>;
export type Template = z.infer<typeof Template>;

export type Zip = { bytes: Buffer; files: Record<string, Uint8Array> };

/** What the service is packaged with. */
export const apiKey = 'the-key-of-the-packaged-service';

const parts = ['functions', 'infra', 'lib', 'package.json', 'package-lock.json', 'serverless.yml'];

/** How npm gets to its registry from this machine: through which proxy, with whose certificates. */
const toTheRegistry = () => ({
  npm_config_userconfig: join(homedir(), '.npmrc'),
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) =>
      /^(npm_config_(?!.*auth).*|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|(https?|no)_proxy)$/i.test(name),
    ),
  ),
});

/** What `serverless <words>` says and how it ends, in this folder, without credentials or settings. */
export const serverless = async (
  words: readonly string[],
  cwd: string,
  environment: Record<string, string> = {},
) => {
  const child = spawn(
    process.execPath,
    [resolve('node_modules/serverless/bin/serverless.js'), ...words],
    {
      cwd,
      env: {
        ...toTheRegistry(),
        PATH: process.env['PATH'],
        HOME: cwd,
        TZ: 'Pacific/Auckland',
        ...environment,
      },
    },
  );
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  child.stderr.on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  return { code, said };
};

/** A copy of the project in another place. The caller removes it. */
export const projectElsewhere = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-package-'));
  for (const part of parts) cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
};

/** Packages everything for production, in another folder and another time zone than this one. */
export const packageAll = async () => {
  const folder = projectElsewhere();
  const { code, said } = await serverless(['package', '--stage', 'prod'], folder, {
    API_KEY: apiKey,
  });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (code !== 0) {
    remove();
    throw new Error(`serverless package ended with ${code}:\n${said}`);
  }

  const made = join(folder, '.serverless');
  const template = Template.parse(
    JSON.parse(readFileSync(join(made, 'cloudformation-template-update-stack.json'), 'utf8')),
  );
  const zips = new Map<string, Zip>(
    readdirSync(made)
      .filter((name) => name.endsWith('.zip'))
      .map((name) => {
        const bytes = readFileSync(join(made, name));
        return [name.replace(/\.zip$/, ''), { bytes, files: unzipSync(bytes) }];
      }),
  );
  return { template, zips, remove };
};

/** What the functions find in their environment, with values as long as they can become. */
export const readEnvironment = ({ Resources }: Template): Record<string, string> => {
  const { Environment } = z
    .object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) })
    .parse(Resources['GetDashhealthLambdaFunction']?.Properties);
  return Object.fromEntries(
    Object.entries(Environment.Variables).map(([name, value]) => {
      if (typeof value === 'string') return [name, value];
      return [name, findLongestValue(name)];
    }),
  );
};

/** What a Ref becomes in the region with the longest name. */
const findLongestValue = (name: string): string => {
  const own = `darkroom-prod-${name.toLowerCase().replaceAll('_', '-').slice(0, -6)}`;
  return name.endsWith('_QUEUE')
    ? `https://sqs.ap-southeast-2.amazonaws.com/123456789012/${own}`
    : `${own}-123456789012`;
};
