import { randomInt } from 'node:crypto';
import { appIdVariable } from '#infra/local-cloud/lambda/app-id.ts';
import type { Interceptor, StartInterceptor } from '#infra/local-cloud/launcher/interceptor.ts';
import { logLine } from '#infra/local-cloud/launcher/log-line.ts';
import { hostAppId, storageAppId } from './app-ids.ts';
import type { Caller } from './calls.ts';
import { seededRandom } from './chance.ts';
import { startControl } from './control.ts';
import { openFailpoints } from './failpoints.ts';
import { FaultConfig, noFaults, type Service, services } from './fault-config.ts';
import type { FaultSettings } from './fault-settings.ts';
import type { Running } from './loopback.ts';
import { type FaultSource, startProxy } from './proxy.ts';
import { openReceived } from './received-messages.ts';

/**
 * Fault injection for the functions of the embedded stack: a proxy in front of each emulator, through
 * which the functions reach it, and a port that controls the faults. The emulators themselves and
 * their addresses for every other client are unchanged.
 */
export const startFaultInjection = async (
  settings: FaultSettings,
  emulatorPorts: Parameters<StartInterceptor>[0],
  { hostPid, log }: Parameters<StartInterceptor>[1],
): Promise<Interceptor> => {
  const seed = settings.FAULTS_SEED ?? randomInt(2 ** 31);
  let faultConfig: FaultConfig = {
    ...noFaults,
    s3: settings.FAULTS_RATE,
    dynamodb: settings.FAULTS_RATE,
    copies: settings.FAULTS_COPIES,
    delaySeconds: settings.FAULTS_DELAY_SECONDS,
    kills: settings.FAULTS_KILLS,
  };
  const downUntil = new Map<Service, number>();
  const failpoints = openFailpoints();
  const received = openReceived();
  const report = (message: string, fields: Record<string, unknown>) =>
    log(logLine('WARN', message, { function_name: 'fault-injection', ...fields }));

  const kill = ({ worker, pid = hostPid() }: Caller) => {
    report('a process was killed', { worker, pid });
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
    failpoints.removeAll(); // no call may wait for ever
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
        add: failpoints.add,
        release: failpoints.release,
        removeAll: failpoints.removeAll,
        report: () => ({
          seed,
          faultConfig,
          down: services.filter(faultSource.isDown),
          ...failpoints.report(),
          ...received.report(),
        }),
      }),
    );
    const [s3 = '', dynamodb = '', sqs = ''] = await Promise.all([
      opened(startProxy('s3', emulatorPorts.s3, faultSource)),
      opened(startProxy('dynamodb', emulatorPorts.dynamodb, faultSource)),
      opened(startProxy('sqs', emulatorPorts.sqs, faultSource)),
    ]);
    report('faults are injected', { seed, control, ...faultConfig });
    return {
      stop,
      environment: {
        AWS_ENDPOINT_URL_S3: s3,
        AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
        AWS_ENDPOINT_URL_SQS: sqs,
        [appIdVariable]: hostAppId,
      },
      sendNotification: notifierThrough(sqs),
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** S3's events go through the proxy of SQS, which may deliver them late, twice or not at all. */
const notifierThrough =
  (endpoint: string): Interceptor['sendNotification'] =>
  async (queueArn, body, delayMs) => {
    const [account, name] = queueArn.split(':').slice(-2);
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.SendMessage',
        'user-agent': `app/${storageAppId}`,
      },
      body: JSON.stringify({
        QueueUrl: `${endpoint}/${account}/${name}`,
        MessageBody: body,
        DelaySeconds: Math.round(delayMs / 1000),
      }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`SQS refused an event of S3: ${text}`);
  };

const killed = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already: several of its calls may have been on the way
  }
};
