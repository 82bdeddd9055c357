import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { closeGateway, useGateway } from '../gateway/gateway.ts';
import { useGatewayResponses } from '../gateway/gateway-responses.ts';
import { collectGarbage, garbageAfterMs } from '../launcher/collect-garbage.ts';
import { onceParentIsGone } from '../launcher/parent-watch.ts';
import { type Host, startHost } from './host.ts';
import {
  buildVariable,
  type FromHost,
  FromLauncher,
  HostOptions,
  hostOptionsVariable,
} from './host-messages.ts';
import { readService } from './osls-service.ts';

// osls constructs its plugins, so this is one of the few classes here.

/** The parts of osls' object that we read and change; the schema of `service` is in service.ts. */
type Serverless = {
  configurationInput?: { configValidationMode?: string };
  configSchemaHandler: { validateConfig: (configuration: unknown) => Promise<void> };
  serviceDir: string;
  service: {
    provider: Record<string, unknown>;
    custom?: Record<string, unknown>;
    functions: Record<string, { environment?: unknown; events?: Record<string, unknown>[] }>;
  };
  processedInput: { commands: string[] };
  /** An error of this kind is shown without its stack. */
  classes: { Error: new (message: string, code: string) => Error };
};

const send = (message: FromHost): Promise<void> =>
  new Promise((resolve) => {
    if (process.send && process.connected) process.send(message, undefined, {}, () => resolve());
    else resolve();
  });

const optionsText = process.env[hostOptionsVariable];

if (optionsText) {
  // Whatever happens to the launcher, this process must not stay behind.
  process.once('disconnect', () => process.exit(1));
  onceParentIsGone(() => process.exit(1));
  process.channel?.unref(); // or osls, when it gives up, would wait for the launcher to speak
}

/**
 * Runs the functions for the embedded stack: a plugin of osls beside serverless-offline, which does
 * HTTP. This one resolves what CloudFormation would, polls the queues and runs the schedules. It is
 * active only under the launcher, and does nothing in any other command of osls.
 */
export default class EmbeddedStack {
  readonly hooks: Record<string, () => unknown>;
  private readonly serverless: Serverless;
  private host: Host | undefined;
  private ending: Promise<void> | undefined;

  constructor(serverless: Serverless) {
    this.serverless = serverless;
    this.hooks = {
      'before:offline:start': () => this.startCloud(),
      'before:offline:start:init': () => this.failing(() => this.prepare()),
      'after:offline:start:init': () => this.failing(() => this.start()),
      'before:offline:start:end': () => this.end(), // after a signal
    };
    if (optionsText) launcherSays('stop').then(() => this.end());
  }

  asyncInit(): void {
    const [command] = this.serverless.processedInput.commands;
    if (command === 'offline' && optionsText && this.serverless.configurationInput) {
      // The schema of serverless.yml is checked when it is packaged. Here it would cost half a
      // second at each start, and refuse what only the embedded stack can do, such as a
      // concurrency of 1. With 'off' alone osls still runs it, and holds 45 MB of compiled schema.
      this.serverless.configurationInput.configValidationMode = 'off';
      this.serverless.configSchemaHandler.validateConfig = async () => {};
    }
  }

  /** Sends the launcher what serverless.yml declares, and waits until all of it is created. */
  private async prepare(): Promise<void> {
    process.channel?.ref();
    const options = HostOptions.parse(JSON.parse(optionsText ?? ''));
    const { service } = this.serverless;
    const read = readService(service, options);
    useGatewayResponses(read.resources);
    useGateway({ ...options, routes: read.routes });

    const prepared = launcherSays('prepared');
    await send({
      kind: 'template',
      template: read.resources,
      stackName: read.place.stackName,
      handlers: read.functions.map(({ handler }) => handler),
    });
    await prepared;

    service.provider['environment'] = read.environment;
    for (const fn of Object.values(service.functions)) {
      delete fn.environment;
      for (const event of fn.events ?? []) delete event['schedule']; // host.ts rings the clocks
    }
    service.custom = {
      ...service.custom,
      'serverless-offline': {
        ...z.looseObject({}).parse(service.custom?.['serverless-offline'] ?? {}),
        host: options.host,
        httpPort: options.port,
        lambdaPort: 0, // never called, so any free port will do
        location: options.buildFolder,
        useInProcess: true,
        noPrependStageInUrl: true,
        noAuth: true,
        disableCookieValidation: true, // API Gateway does not look at cookies
      },
    };
    Object.assign(process.env, read.environment);
    const host = startHost(read.functions, options, (pids) => void send({ kind: 'workers', pids }));
    this.host = host;
    process.on('message', (message) => {
      const said = FromLauncher.parse(message);
      if (said.kind === 'stream-records') host.wakeStreams(said.table);
      if (said.kind === 'load')
        loadVersion(said).then(
          () => send({ kind: 'loaded' }),
          (error: unknown) => send({ kind: 'loaded', reason: String(error) }),
        );
    });
    // Loaded before the first call, so that a wrong setting ends the start and not an upload.
    await this.host.warm();
  }

  /**
   * `serverless offline` by itself: the project's own start program does all of it, and starts another
   * osls for the functions; this one only waits for its end.
   */
  private async startCloud(): Promise<never> {
    const { service, serviceDir, classes } = this.serverless;
    const { data } = z
      .object({ 'local-cloud': z.object({ start: z.string() }) })
      .safeParse(service.custom);
    if (!data) {
      const sentence =
        'custom.local-cloud.start must name the program that starts the local cloud.';
      throw new classes.Error(sentence, 'NO_START');
    }
    const program = join(serviceDir, data['local-cloud'].start);
    const child = spawn(process.execPath, [program, '--project', serviceDir], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.removeAllListeners(signal);
      process.on(signal, () => child.kill(signal));
    }
    const [code] = await once(child, 'exit');
    process.exit(typeof code === 'number' ? code : 1);
  }

  private async start(): Promise<void> {
    this.host?.start();
    await send({ kind: 'ready' });
    collectGarbage(garbageAfterMs);
  }

  /** Once, though the launcher and a signal to the whole group may both ask for it. */
  private end(): Promise<void> {
    this.ending ??= Promise.all([this.host?.stop(), closeGateway()]).then(() => process.exit(0));
    return this.ending;
  }

  private async failing(step: () => Promise<void>): Promise<void> {
    if (!optionsText) return this.startCloud();
    try {
      await step();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      await send({ kind: 'failed', reason });
      process.exit(1);
    }
  }
}

/** Loads all modules first: calls stay on the last version where one of them fails. */
const loadVersion = async ({ folder, modules }: { folder: string; modules: string[] }) => {
  await Promise.all(modules.map((module) => import(pathToFileURL(join(folder, module)).href)));
  process.env[buildVariable] = folder;
};

const launcherSays = (kind: FromLauncher['kind']): Promise<void> =>
  new Promise((resolve) => {
    const listen = (message: unknown) => {
      if (FromLauncher.parse(message).kind !== kind) return;
      process.off('message', listen);
      resolve();
    };
    process.on('message', listen);
  });
