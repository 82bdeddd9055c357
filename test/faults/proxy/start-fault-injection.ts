import { randomInt } from 'node:crypto';
import type { Running } from '#infra/local/emulators/loopback.ts';
import type { Environment, LocalSettings } from '#infra/local/local-settings.ts';
import { type LogLine, logLine } from '#infra/local/log-line.ts';
import { openAmbushes } from './failpoints.ts';
import { appIdVariable, hostAppId, storageAppId } from './app-id.ts';
import type { Caller } from './calls.ts';
import { chanceFrom } from './chance.ts';
import { startControl } from './control.ts';
import { type Sky, startProxy } from './proxy.ts';
import { openReceived } from './received-messages.ts';
import { fairWeather, type Service, services, Weather } from './fault-config.ts';

export type WeatherStation = Running & {
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
export const startWeather = async (
  settings: LocalSettings,
  { hostPid, log }: Tools,
): Promise<WeatherStation> => {
  const seed = settings.WEATHER_SEED ?? randomInt(2 ** 31);
  let weather: Weather = {
    ...fairWeather,
    s3: settings.WEATHER_FAULTS,
    dynamodb: settings.WEATHER_FAULTS,
    copies: settings.WEATHER_COPIES,
    delaySeconds: settings.WEATHER_DELAY_SECONDS,
    kills: settings.WEATHER_KILLS,
  };
  const downUntil = new Map<Service, number>();
  const ambushes = openAmbushes();
  const received = openReceived();
  const tell = (message: string, fields: Record<string, unknown>) =>
    log(logLine('WARN', message, { function_name: 'weather', ...fields }));

  const kill = ({ worker, pid = hostPid() }: Caller) => {
    tell('a process was killed', { worker, pid });
    if (pid !== undefined) killed(pid);
  };
  const sky: Sky = {
    weather: () => weather,
    isDown: (service) => Date.now() < (downUntil.get(service) ?? 0),
    chance: chanceFrom(seed),
    ambushes,
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
    ambushes.lift(); // nobody is to wait for ever
    await Promise.all(running.splice(0).map((one) => one.stop()));
  };
  try {
    const control = await opened(
      startControl(settings.WEATHER_PORT, {
        change: ({ down = {}, ...change }) => {
          weather = Weather.parse({ ...weather, ...change });
          for (const service of services) {
            const seconds = down[service];
            if (seconds !== undefined) downUntil.set(service, Date.now() + seconds * 1000);
          }
        },
        lay: ambushes.lay,
        release: ambushes.release,
        lift: ambushes.lift,
        report: () => ({
          seed,
          weather,
          down: services.filter(sky.isDown),
          ...ambushes.report(),
          received: received.report(),
        }),
      }),
    );
    const [s3 = '', dynamodb = '', sqs = ''] = await Promise.all([
      opened(startProxy('s3', settings.S3_PORT, sky)),
      opened(startProxy('dynamodb', settings.DYNAMODB_PORT, sky)),
      opened(startProxy('sqs', settings.SQS_PORT, sky)),
    ]);
    tell('the weather is bad', { seed, control, ...weather });
    return {
      url: control,
      port: settings.WEATHER_PORT,
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
