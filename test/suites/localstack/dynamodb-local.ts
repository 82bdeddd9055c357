import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  asMissing,
  CommandFailedError,
  type CommandTools,
  ToolMissingError,
} from '#infra/cli/run-command.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

// LocalStack finds its DynamoDB, and the Java for it, in folders of these names. Missing, they would
// be fetched from hosts that a closed network does not reach.
const dynamodbSlot = 'dynamodb-local/2';
const javaSlot = 'java/21'; // the slot's name; a Java 17 behind it is enough
const agentJar = 'ddb-local-loader-0.1.jar';

/** Installs Amazon's DynamoDB Local, and links a Java, below LocalStack's `lib` folder. */
export const installDynamodbLocal = async (
  tools: CommandTools,
  { libFolder, python }: { libFolder: string; python: string },
): Promise<void> => {
  linkJava(join(libFolder, javaSlot));
  const folder = join(libFolder, dynamodbSlot);
  const lock = readFileSync(here('dynamodb-local.lock'), 'utf8');
  const stamp = join(folder, 'installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;

  rmSync(folder, { recursive: true, force: true });
  const jars = join(folder, 'DynamoDBLocal_lib');
  mkdirSync(jars, { recursive: true });
  const files = parseLock(lock);
  if (spawnSync('mvn', ['--version']).status !== 0)
    throw new ToolMissingError('DynamoDB Local is fetched by Maven, and there is no mvn on PATH.');
  await tools
    .step('installing DynamoDB Local by Maven', () => copyByMaven(tools, jars))
    .catch(asMissing('DynamoDB Local could not be fetched.'));
  for (const { path, sha256 } of files) {
    const file = join(jars, basename(path));
    if (existsSync(file) && sha256Hex(readFileSync(file)) === sha256) continue;
    throw new CommandFailedError(`${file} is not what dynamodb-local.lock says it should be.`);
  }
  const agent = files.find(({ path }) => path.includes('byte-buddy-agent'));
  renameSync(join(jars, basename(agent?.path ?? '')), join(folder, agentJar));
  await tools.run(python, [here('class-path-jar.py'), folder], { quiet: true });
  writeFileSync(stamp, lock);
};

/** The installation that `java` on PATH belongs to; macOS puts a stand-in there, which has none. */
const linkJava = (slot: string): void => {
  const { status, stderr } = spawnSync('java', ['-XshowSettings:properties', '-version'], {
    encoding: 'utf8',
  });
  const home = /^\s*java\.home = (.+)$/m.exec(stderr ?? '')?.[1];
  const version = Number(/^\s*java\.specification\.version = (\d+)/m.exec(stderr ?? '')?.[1]);
  if (status !== 0 || !home || !(version >= 17))
    throw new ToolMissingError('DynamoDB Local needs a Java 17 or newer on PATH.');
  if (existsSync(slot) && realpathSync(slot) === realpathSync(home)) return;
  rmSync(slot, { recursive: true, force: true });
  mkdirSync(dirname(slot), { recursive: true });
  spawnSync('ln', ['-sfn', home, slot]);
};

const parseLock = (lock: string) =>
  lock
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [path = '', sha256 = ''] = line.split(' ');
      return { path, sha256 };
    });

const sha256Hex = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Maven knows the mirrors and proxies of the place. */
const copyByMaven = (tools: CommandTools, into: string) =>
  tools.run(
    'mvn',
    [
      ...['-q', '-B', '-f', here('dynamodb-local.pom.xml'), 'dependency:copy-dependencies'],
      ...['-DincludeScope=runtime', `-DoutputDirectory=${into}`],
    ],
    { quiet: true, timeoutMs: 600_000 },
  );
