import { join } from 'node:path';
import { z } from 'zod';
import { alarmsFor } from './alarms.ts';
import { apiKeyName } from './api-key-name.ts';
import { makeArtifacts } from './artifacts.ts';
import { addCdn } from './cdn/add-cdn.ts';
import { dashboardFor } from './dashboard.ts';
import { makeDeliverySecret, nameDeliverySecret } from './delivery-secret.ts';
import { pascalCase } from './queue-resources.ts';
import { IamStatement, toRole } from './role.ts';
import { savedQueriesFor } from './saved-queries.ts';
import { refuseWrongSettings } from './settings-to-deploy.ts';
import { findWatched } from './watched.ts';

// osls constructs its plugins, so this is a class.

/** The parts of osls' object that are read and changed here. */
export type Serverless = {
  serviceDir: string;
  service: {
    service: string;
    provider: {
      architecture?: string;
      environment?: Record<string, unknown>;
      apiGateway: { apiKeys: { name: string; value?: string | null }[] };
    };
    custom?: Record<string, unknown>;
    functions: Record<
      string,
      {
        handler: string;
        name: string;
        role?: unknown;
        package?: Record<string, unknown>;
        iamRoleStatements?: unknown;
        secrets?: unknown;
      }
    >;
    resources: { Resources: Record<string, unknown>; Outputs: Record<string, unknown> };
  };
  processedInput: { commands: string[] };
  getProvider(name: 'aws'): { getStage(): string; getRegion(): string };
  /** An error of this kind is shown without its stack. */
  classes: { Error: new (message: string, code: string) => Error };
};

const Architecture = z.enum(['arm64', 'x86_64']);

/**
 * Packages Darkroom for AWS: adds to what osls does a zip and a role for each function, alarms, a
 * dashboard, saved queries, the secret that signs links, and CloudFront where it is wanted. Takes part in `package`
 * and in `deploy`, which packages first, and in no other command.
 */
export default class PackageForAws {
  readonly hooks: Record<string, () => unknown>;
  private readonly serverless: Serverless;

  constructor(serverless: Serverless) {
    this.serverless = serverless;
    this.hooks = {
      'after:package:initialize': () =>
        this.withPlainErrors(() => {
          this.nameKeys();
          this.addResources();
        }),
      'before:package:createDeploymentArtifacts': () =>
        this.withPlainErrors(() => this.addArtifacts()),
      'before:deploy:deploy': () => this.withPlainErrors(() => this.makeSecret()),
    };
  }

  /** Before osls checks serverless.yml, whose schema has less clear messages. */
  asyncInit(): Promise<void> | undefined {
    const [command = ''] = this.serverless.processedInput.commands;
    if (!['package', 'deploy'].includes(command)) return undefined;
    return this.withPlainErrors(() => refuseWrongSettings(process.env));
  }

  private nameKeys(): void {
    for (const key of this.serverless.service.provider.apiGateway.apiKeys)
      key.name = apiKeyName(key.name, key.value);
  }

  private addResources(): void {
    const stage = this.serverless.getProvider('aws').getStage();
    nameDeliverySecret(this.serverless.service, stage);
    if (this.serverless.service.custom?.['cdn'] === 'true') addCdn(this.serverless, stage);
    const { service } = this.serverless;
    const { provider, functions, resources } = service;
    for (const [key, fn] of Object.entries(functions)) {
      const roleId = `${pascalCase(key)}Role`;
      // Fn::Sub instead of Fn::GetAtt, or osls adds a DependsOn that is redundant.
      fn.role = { 'Fn::Sub': `\${${roleId}.Arn}` };
      const environment = provider.environment ?? {};
      const statements = z.array(IamStatement).default([]).parse(fn.iamRoleStatements);
      const secrets = z.array(z.string()).default([]).parse(fn.secrets);
      resources.Resources[roleId] = toRole({
        functionName: fn.name,
        statements,
        secrets,
        environment,
      });
    }
    const watched = findWatched(service, stage);
    const email = z.string().default('').parse(service.custom?.['alarmEmail']);
    Object.assign(
      resources.Resources,
      alarmsFor(watched, email),
      dashboardFor(watched),
      savedQueriesFor(watched),
    );
  }

  private makeSecret(): Promise<void> {
    const { environment = {} } = this.serverless.service.provider;
    const region = this.serverless.getProvider('aws').getRegion();
    const parameter = environment['DELIVERY_SECRET_PARAMETER'];
    return makeDeliverySecret(parameter, { region, environment: process.env });
  }

  private async addArtifacts(): Promise<void> {
    const { service, serviceDir: project } = this.serverless;
    const zips = Object.entries(service.functions).map(([key, fn]) => {
      // osls hashes and uploads this file, and moves it to the folder of --package.
      const zipPath = join(project, '.serverless', `${key}.zip`);
      fn.package = { ...fn.package, individually: true, artifact: zipPath };
      return { handler: fn.handler, zipPath };
    });
    const architecture = Architecture.default('arm64').parse(service.provider.architecture);
    await makeArtifacts(zips, { project, architecture });
  }

  /** An error becomes one that osls shows without its stack trace. */
  private async withPlainErrors(step: () => void | Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new this.serverless.classes.Error(reason, 'CANNOT_PACKAGE');
    }
  }
}
