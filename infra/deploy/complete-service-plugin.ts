import { type CompletedService, completeService } from './complete-service.ts';

// osls constructs its plugins, so this is a class.

/** The parts of osls' object that are used here. */
type Serverless = {
  service: CompletedService;
  getProvider(name: 'aws'): { getStage(): string };
  configSchemaHandler: {
    defineFunctionProperties(provider: 'aws', schema: Record<string, unknown>): void;
  };
};

/** What a functions.yml may say beside osls' own properties. */
const functionProperties = {
  properties: {
    iamRoleStatements: { type: 'array', items: { type: 'object' } },
    secrets: { type: 'array', items: { type: 'string' } },
  },
};

/** Completes the service from the lists of lib, before any command uses it. */
export default class CompleteService {
  readonly hooks: Record<string, () => void>;

  constructor(serverless: Serverless) {
    serverless.configSchemaHandler.defineFunctionProperties('aws', functionProperties);
    this.hooks = {
      initialize: () =>
        completeService(serverless.service, serverless.getProvider('aws').getStage(), process.env),
    };
  }
}
