import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { listStackResources, refuseUnknown, StackFailedError } from './stack.ts';

// What LocalStack's last free release has not; the rest of the template does not lean on it.
const notInThisEdition = ['AWS::CloudWatch::Dashboard'];

/** What a deployed stack turned out to be. Throws StackFailed where something was only pretended. */
export const deployedService = async (
  client: CloudFormationClient,
  { stackName, endpoint, stage }: { stackName: string; endpoint: string; stage: string },
) => {
  const resources = await listStackResources(client, stackName);
  refuseUnknown(resources, notInThisEdition);
  const ofType = (type: string) => resources.filter(({ ResourceType }) => ResourceType === type);
  const [api] = ofType('AWS::ApiGateway::RestApi');
  if (!api?.PhysicalResourceId)
    throw new StackFailedError(`The stack ${stackName} has no REST API.`);
  return {
    baseUrl: `${endpoint}/_aws/execute-api/${api.PhysicalResourceId}/${stage}`,
    resources: resources.length,
    functions: ofType('AWS::Lambda::Function').length,
    eventSources: ofType('AWS::Lambda::EventSourceMapping').length,
  };
};
