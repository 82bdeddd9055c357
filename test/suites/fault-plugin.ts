import { Fault, withFault } from './broken-template.ts';

/** Where deploy.ts says which fault it wants. */
export const faultVariable = 'DARKROOM_FAULT';

type Serverless = {
  service: { provider: { compiledCloudFormationTemplate: { Resources: unknown } } };
};

/**
 * A plugin of osls that only the copy of a project has which a suite breaks on purpose. osls
 * constructs its plugins, so this is a class.
 */
export default class FaultPlugin {
  readonly hooks: Record<string, () => void>;

  constructor({ service }: Serverless) {
    this.hooks = {
      'before:aws:package:finalize:saveServiceState': () => {
        const template = service.provider.compiledCloudFormationTemplate;
        const fault = Fault.parse(JSON.parse(process.env[faultVariable] ?? ''));
        template.Resources = withFault(template.Resources, fault);
      },
    };
  }
}
