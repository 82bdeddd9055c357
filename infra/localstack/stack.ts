import { setTimeout as wait } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type StackResourceSummary,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';

/** CloudFormation did not create what the template says. */
export class StackFailedError extends Error {
  override readonly name = 'StackFailedError';
}

const CloudFormationTemplate = z.looseObject({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string() })),
});
type CloudFormationTemplate = z.infer<typeof CloudFormationTemplate>;

/** Resource types that hold data. Everything else of a template belongs to functions. */
const storeTypes = ['AWS::S3::', 'AWS::SQS::', 'AWS::DynamoDB::', 'AWS::SSM::'];

/** The part of a packaged template that exists before, and without, any function. */
export const storesIn = (packaged: unknown): CloudFormationTemplate => {
  const { Resources } = CloudFormationTemplate.parse(packaged);
  const selected = Object.entries(Resources).filter(
    ([name, { Type }]) =>
      storeTypes.some((prefix) => Type.startsWith(prefix)) &&
      !name.startsWith('ServerlessDeployment'),
  );
  const names = new Set(selected.map(([name]) => name));
  const pruned = selected.map(([name, { DependsOn, ...resource }]) => {
    const needs = [DependsOn ?? []].flat().filter((other) => names.has(String(other)));
    return [name, { ...resource, ...(needs.length > 0 && { DependsOn: needs }) }];
  });
  return { AWSTemplateFormatVersion: '2010-09-09', Resources: Object.fromEntries(pruned) };
};

/** Creates the stack, or brings the one that is there up to date. Throws a StackFailedError. */
export const applyStack = async (
  client: CloudFormationClient,
  StackName: string,
  template: CloudFormationTemplate,
): Promise<void> => {
  const stack = { StackName, TemplateBody: JSON.stringify(template) };
  const exists = (await stackStatus(client, StackName)) !== undefined;
  try {
    await client.send(exists ? new UpdateStackCommand(stack) : new CreateStackCommand(stack));
  } catch (error) {
    if (error instanceof Error && /No updates are to be performed/.test(error.message)) return;
    throw error;
  }
  let status = await stackStatus(client, StackName);
  while (status?.endsWith('_IN_PROGRESS')) {
    await wait(200);
    status = await stackStatus(client, StackName);
  }
  if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') return;
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  const reasons = StackEvents.filter(({ ResourceStatus }) =>
    ResourceStatus?.endsWith('_FAILED'),
  ).map(
    ({ LogicalResourceId, ResourceStatusReason }) =>
      `${LogicalResourceId}: ${ResourceStatusReason}`,
  );
  throw new StackFailedError([`The stack ${StackName} is ${status}.`, ...reasons].join('\n'));
};

const stackStatus = async (
  client: CloudFormationClient,
  StackName: string,
): Promise<string | undefined> => {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0]?.StackStatus;
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
};

export const listStackResources = async (
  client: CloudFormationClient,
  StackName: string,
): Promise<StackResourceSummary[]> => {
  const all: StackResourceSummary[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new ListStackResourcesCommand({ StackName, ...(NextToken && { NextToken }) }),
    );
    all.push(...(page.StackResourceSummaries ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return all;
};

/**
 * LocalStack reports success for resources of types that it does not support, and gives them the
 * physical id `unknown`. Throws a StackFailedError that names them, except for those that may be
 * missing.
 */
export const refuseUnknown = (
  resources: readonly StackResourceSummary[],
  mayBeMissing: readonly string[] = [],
): void => {
  const unknown = resources.filter(
    ({ PhysicalResourceId, ResourceType = '' }) =>
      (!PhysicalResourceId || PhysicalResourceId === 'unknown') &&
      !mayBeMissing.includes(ResourceType),
  );
  if (unknown.length === 0) return;
  const names = unknown.map(
    ({ LogicalResourceId, ResourceType }) => `${LogicalResourceId} (${ResourceType})`,
  );
  throw new StackFailedError(`LocalStack reports success, but did not create ${names.join(', ')}.`);
};

export const openCloudFormation = (endpoint: string): CloudFormationClient =>
  new CloudFormationClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
