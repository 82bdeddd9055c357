import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { meanings } from '#infra/deploy/rights/rights.ts';
import { roleOf } from '#infra/deploy/role.ts';
import { roles } from '#infra/roles.ts';
import { functions } from './template.ts';

/**
 * What of our own code a function runs: bundled, without adapters and packages, so that only the
 * calls remain that can happen.
 */
const { outputFiles } = await build({
  entryPoints: functions.map(([name, { handler }]) => ({
    in: handler.replace(/\.handler$/, '.ts'),
    out: name,
  })),
  outdir: 'nowhere',
  write: false,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  packages: 'external',
  plugins: [
    {
      name: 'adapters-stay-outside',
      setup: ({ onResolve }) => {
        onResolve({ filter: /^#lib\/(aws|media|ai|web|pages)\// }, ({ path }) => ({
          path,
          external: true,
        }));
        onResolve({ filter: /^#/ }, ({ path }) => ({ path: `${process.cwd()}/${path.slice(1)}` }));
      },
    },
  ],
});
const code = new Map(
  outputFiles.map(({ path, text }) => [path.replace(/^.*[\\/]|\.js$/g, ''), text]),
);

const codeOf = (name: string): string => {
  const found = code.get(name);
  if (!found) throw new Error(`There is no code of ${name}.`);
  return found;
};
const needed = (name: string, isSure: boolean): string[] =>
  [...meanings]
    .filter(([, { perhaps = false }]) => perhaps !== isSure)
    .filter(([, { neededFor }]) => neededFor.test(codeOf(name)))
    .map(([right]) => right);

describe('the roles', () => {
  it('are there for every function, and for no other', () => {
    expect(Object.keys(roles).toSorted()).toEqual(functions.map(([name]) => name).toSorted());
  });

  it.each(functions)('let %s do what its code does, and nothing else', (name) => {
    const given = new Set<string>(roles[name]);
    const sure = needed(name, true);
    const perhaps = needed(name, false);
    const missing = sure.filter((right) => !given.has(right));
    const superfluous = [...given].filter(
      (right) => !sure.includes(right) && !perhaps.includes(right),
    );
    expect({ missing, superfluous }).toEqual({ missing: [], superfluous: [] });

    // Which steps a function asks for is decided when it runs, but one that asks must be able to.
    expect(perhaps.some((right) => given.has(right))).toBe(perhaps.length > 0);
  });

  it('name nothing twice', () => {
    for (const [name, rights] of Object.entries(roles))
      expect(new Set(rights).size, name).toBe(rights.length);
  });

  it('call the buckets what the functions call them', () => {
    // The rights are found by the ports' names, so a port must be bound to the bucket of its name.
    for (const [name] of functions)
      for (const [, port, bucket] of codeOf(name).matchAll(
        /(\w+?)\d*(?::| =) s3Objects\(config\d*\.(\w+)Bucket\)/g,
      ))
        expect(port, name).toBe(bucket);
  });

  it('open a secret only where a parameter is named, only through SSM, and only that one', () => {
    const rights = ['know caption-secrets'] as const;
    const options = { functionName: 'darkroom-prod-write-caption', rights };

    const without = roleOf({ ...options, environment: { HF_TOKEN_PARAMETER: '' } });
    const role = roleOf({
      ...options,
      environment: {
        HF_TOKEN_PARAMETER: '/darkroom/hf',
        WEBHOOK_SECRET_PARAMETER: '/darkroom/hook',
      },
    });

    expect(JSON.stringify(without)).not.toMatch(/ssm:|kms:/);
    const text = JSON.stringify(role);
    expect(text).toContain('parameter/darkroom/hf');
    expect(text).not.toContain('hook');
    expect(text).toMatch(/"kms:Decrypt".*"kms:ViaService".*"kms:EncryptionContext:PARAMETER_ARN"/);
  });

  it('let a function write its own log, and no other', () => {
    const role = roleOf({ functionName: 'darkroom-prod-get-welcome', rights: [], environment: {} });

    expect(role.Properties.Policies[0]?.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: {
          'Fn::Sub': expect.stringMatching(
            /:log-group:\/aws\/lambda\/darkroom-prod-get-welcome:\*$/,
          ),
        },
      },
    ]);
  });
});
