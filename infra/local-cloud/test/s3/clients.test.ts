// Other clients than the SDK, where they are installed. `aws`, `s3cmd`, `rclone` and `curl` are
// looked for on the PATH; one that is missing is skipped, and the run says so.
import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { emptyFolder } from './killable.ts';
import { openS3 } from './s3-harness.ts';

const has = (command: string): boolean => {
  const { status } = spawnSync(command, ['--version'], { stdio: 'ignore', timeout: 20_000 });
  if (status !== 0) console.warn(`SKIPPED: ${command} is not installed, so it was not tried.`);
  return status === 0;
};

/** An S3, and a way to run a command against it in a folder that holds `small`, `big` and `tree`. */
const openFor = async (environment: (url: string) => Record<string, string>) => {
  const { url } = await openS3({ accessKeyId: 'local' });
  const folder = emptyFolder();
  const bytes = { small: randomBytes(3_000), big: randomBytes(12_000_000) };
  for (const [name, content] of Object.entries(bytes)) writeFileSync(join(folder, name), content);
  mkdirSync(join(folder, 'tree/sub'), { recursive: true });
  writeFileSync(join(folder, 'tree/sub/ü +(1).jpg'), bytes.small);
  const env = { PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8', ...environment(url) };
  const run = async (command: string, ...args: string[]) =>
    (await promisify(execFile)(command, args, { cwd: folder, env, timeout: 60_000 })).stdout;
  const read = (name: string) => readFileSync(join(folder, name));
  return { url, folder, bytes, run, read };
};

test.skipIf(!has('aws'))(
  'aws: copies, moves, lists, syncs and removes',
  { timeout: 120_000 },
  async () => {
    const { bytes, run, read } = await openFor((url) => ({
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    }));
    const s3 = (...args: string[]) => run('aws', 's3', ...args);

    await s3('cp', 'big', 's3://pictures/big');
    await s3('mv', 's3://pictures/big', 's3://pictures/moved');
    await s3('cp', 's3://pictures/moved', 'back');
    await s3('sync', 'tree', 's3://pictures/tree');

    expect(read('back').equals(bytes.big)).toBe(true);
    const listed = await s3('ls', 's3://pictures', '--recursive');
    expect(listed).toMatch(/12000000 moved\n.*3000 tree\/sub\/ü \+\(1\)\.jpg/);
    await s3('rm', 's3://pictures', '--recursive');
    expect(await s3('ls', 's3://pictures')).toBe('');
  },
);

test.skipIf(!has('s3cmd'))(
  's3cmd: puts once, gets, copies and removes',
  { timeout: 120_000 },
  async () => {
    const { url, folder, bytes, run, read } = await openFor(() => ({}));
    const { host } = new URL(url);
    const settings = {
      access_key: 'local',
      secret_key: 'secret',
      host_base: host,
      host_bucket: host,
    };
    const lines = Object.entries({ ...settings, use_https: 'False' });
    const config = ['[default]', ...lines.map(([name, value]) => `${name} = ${value}`)];
    writeFileSync(join(folder, 'config'), config.join('\n'));
    const s3cmd = (...args: string[]) => run('s3cmd', '-c', 'config', ...args);

    await s3cmd('put', 'small', 's3://pictures/small');
    await s3cmd('put', '--multipart-chunk-size-mb=5', 'big', 's3://pictures/big');
    await s3cmd('cp', 's3://pictures/big', 's3://pictures/copy');
    await s3cmd('get', 's3://pictures/copy', 'back');

    expect(read('back').equals(bytes.big)).toBe(true);
    expect(await s3cmd('info', 's3://pictures/small')).toContain('MD5 sum:');
    await s3cmd('del', '--recursive', '--force', 's3://pictures/');
    expect(await s3cmd('ls', 's3://pictures')).toBe('');
  },
);

test.skipIf(!has('rclone'))(
  'rclone: copies, checks, moves and purges',
  { timeout: 120_000 },
  async () => {
    const { run } = await openFor((url) => ({
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_LOCAL_TYPE: 's3',
      RCLONE_CONFIG_LOCAL_PROVIDER: 'Other',
      RCLONE_CONFIG_LOCAL_ACCESS_KEY_ID: 'local',
      RCLONE_CONFIG_LOCAL_SECRET_ACCESS_KEY: 'secret',
      RCLONE_CONFIG_LOCAL_ENDPOINT: url,
    }));
    const rclone = (...args: string[]) => run('rclone', ...args);

    await rclone('mkdir', 'local:made');
    await rclone('copy', '.', 'local:made', '--s3-chunk-size', '5M', '--s3-upload-cutoff', '5M');
    await rclone('check', '.', 'local:made', '--one-way', '--download');
    await rclone('moveto', 'local:made/big', 'local:made/moved');

    const listed = await rclone('lsf', '-R', '--files-only', 'local:made');
    expect(listed.split('\n').sort()).toEqual(['', 'moved', 'small', 'tree/sub/ü +(1).jpg']);
    await rclone('purge', 'local:made');
    expect(await rclone('lsf', 'local:')).toBe('pictures/\n');
  },
);

test.skipIf(!has('curl'))('curl: puts, gets a range and removes', async () => {
  const { url, bytes, run } = await openFor(() => ({}));
  const curl = (path: string, ...args: string[]) =>
    run(
      'curl',
      ...['--silent', '--fail', '--aws-sigv4', 'aws:amz:us-east-1:s3', '--user', 'local:secret'],
      ...['--header', 'x-amz-content-sha256: UNSIGNED-PAYLOAD', ...args, url + path],
    );

  await curl('/pictures/small', '--upload-file', 'small');

  const range = await curl(
    '/pictures/small',
    '--range',
    '0-99',
    '--write-out',
    '%{http_code}',
    '--output',
    'back',
  );
  expect(range).toBe('206');
  expect(await curl('/pictures?list-type=2')).toContain(`<Size>${bytes.small.length}</Size>`);
  await curl('/pictures/small', '--request', 'DELETE');
  expect(await curl('/pictures?list-type=2')).toContain('<KeyCount>0</KeyCount>');
});
