import { randomInt } from 'node:crypto';
import type { Running } from '#infra/local/emulators/loopback.ts';
import type { Environment, LocalSettings } from '#infra/local/local-settings.ts';
import { type LogLine, logLine } from '#infra/local/log-line.ts';
import { appIdVariable, hostAppId, storageAppId } from './app-id.ts';
import type { Caller } from './calls.ts';
import { seededRandom } from './chance.ts';
import { startControl } from './control.ts';
import { openFailpoints } from './failpoints.ts';
import { FaultConfig, noFaults, type Service, services } from './fault-config.ts';
import { type FaultSource, startProxy } from './proxy.ts';
import { openReceived } from './received-messages.ts';

export type FaultInjection = Running & {
  /** What the functions must have in their environment to be out in it. */
  environment: Environment;
  /** What S3 needs for its news to be out in it. */
  notifier: { endpoint: string; userAgentAppId: string };
};

type Tools = { hostPid: () => number | undefined; log: (line: LogLine) => void };

/**
 * Bad weather for the functions of the embedded stack: a proxy before each emulator, through which
 * they see it, and a door where the weather can be changed. The emulators themselves stay as they
 * are, and everybody else finds them where they always were.
 */
export const startFaultInjection = async (
  settings: LocalSettings,
  { hostPid, log }: Tools,
): Promise<FaultInjection> => {
  const seed = settings.WEATHER_SEED ?? randomInt(2 ** 31);
  let faultConfig: FaultConfig = {
    ...noFaults,
    s3: settings.WEATHER_FAULTS,
    dynamodb: settings.WEATHER_FAULTS,
    copies: settings.WEATHER_COPIES,
    delaySeconds: settings.WEATHER_DELAY_SECONDS,
    kills: settings.WEATHER_KILLS,
  };
  const downUntil = new Map<Service, number>();
  const failpoints = openFailpoints();
  const received = openReceived();
  const tell = (message: string, fields: Record<string, unknown>) =>
    log(logLine('WARN', message, { function_name: 'weather', ...fields }));

  const kill = ({ worker, pid = hostPid() }: Caller) => {
    tell('a process was killed', { worker, pid });
    if (pid !== undefined) killed(pid);
  };
  const faultSource: FaultSource = {
    faultConfig: () => faultConfig,
    isDown: (service) => Date.now() < (downUntil.get(service) ?? 0),
    chance: seededRandom(seed),
    failpoints,
    received,
    kill,
  };

  const running: Running[] = [];
  const opened = async (starting: Promise<Running>): Promise<string> => {
    const one = await starting;
    running.push(one);
    return one.url;
  };
  const stop = async () => {
    failpoints.lift(); // nobody is to wait for ever
    await Promise.all(running.splice(0).map((one) => one.stop()));
  };
  try {
    const control = await opened(
      startControl(settings.FAULTS_PORT, {
        change: ({ down = {}, ...change }) => {
          faultConfig = FaultConfig.parse({ ...faultConfig, ...change });
          for (const service of services) {
            const seconds = down[service];
            if (seconds !== undefined) downUntil.set(service, Date.now() + seconds * 1000);
          }
        },
        lay: failpoints.lay,
        release: failpoints.release,
        lift: failpoints.lift,
        report: () => ({
          seed,
          faultConfig,
          down: services.filter(faultSource.isDown),
          ...failpoints.report(),
          received: received.report(),
        }),
      }),
    );
    const [s3 = '', dynamodb = '', sqs = ''] = await Promise.all([
      opened(startProxy('s3', settings.S3_PORT, faultSource)),
      opened(startProxy('dynamodb', settings.DYNAMODB_PORT, faultSource)),
      opened(startProxy('sqs', settings.SQS_PORT, faultSource)),
    ]);
    tell('the weather is bad', { seed, control, ...faultConfig });
    return {
      url: control,
      port: settings.FAULTS_PORT,
      stop,
      environment: {
        AWS_ENDPOINT_URL_S3: s3,
        AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
        AWS_ENDPOINT_URL_SQS: sqs,
        [appIdVariable]: hostAppId,
      },
      notifier: { endpoint: sqs, userAgentAppId: storageAppId },
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

const killed = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already: several of its calls may have been on the way
  }
};
