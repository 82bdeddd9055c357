import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { listStackResources, refuseUnknown, StackFailedError } from './stack.ts';

// Not in LocalStack's last free release; nothing in the template depends on it.
const unsupported = ['AWS::CloudWatch::Dashboard', 'AWS::Logs::QueryDefinition'];

/** URL and counts of a deployed stack. Throws a StackFailedError if a resource was not really created. */
export const deployedService = async (
  client: CloudFormationClient,
  { stackName, endpoint, stage }: { stackName: string; endpoint: string; stage: string },
) => {
  const resources = await listStackResources(client, stackName);
  refuseUnknown(resources, unsupported);
  const withType = (type: string) => resources.filter(({ ResourceType }) => ResourceType === type);
  const [api] = withType('AWS::ApiGateway::RestApi');
  if (!api?.PhysicalResourceId)
    throw new StackFailedError(`The stack ${stackName} has no REST API.`);
  return {
    baseUrl: `${endpoint}/_aws/execute-api/${api.PhysicalResourceId}/${stage}`,
    resources: resources.length,
    functions: withType('AWS::Lambda::Function').length,
    eventSources: withType('AWS::Lambda::EventSourceMapping').length,
  };
};
