import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/** What a deployment may lack, so that one can see whether a suite notices. */
export const Fault = z.discriminatedUnion('kind', [
  /** No role allows this action, such as `sqs:SendMessage`. */
  z.object({ kind: z.literal('without'), action: z.string() }),
  /** No queue says who may send to it. */
  z.object({ kind: z.literal('without-queue-policies') }),
  /** The handler of this function, by its name in serverless.yml, is not where its path says. */
  z.object({ kind: z.literal('misspelt'), fn: z.string() }),
]);
export type Fault = z.infer<typeof Fault>;

const Statement = z.looseObject({ Action: z.union([z.string(), z.array(z.string())]) });
const Role = z.looseObject({
  Properties: z.looseObject({
    Policies: z.array(
      z.looseObject({ PolicyDocument: z.looseObject({ Statement: z.array(Statement) }) }),
    ),
  }),
});
const Lambda = z.looseObject({
  Properties: z.looseObject({ FunctionName: z.string(), Handler: z.string() }),
});
const Resource = z.looseObject({ Type: z.string(), DependsOn: z.unknown().optional() });
const Resources = z.record(z.string(), Resource);
type Resource = z.infer<typeof Resource>;

/** The resources of a template with the fault in them. Throws where the fault would change nothing. */
export const withFault = (resources: unknown, fault: Fault): Record<string, Resource> => {
  const whole = Resources.parse(resources);
  const broken = faulty(whole, fault);
  if (!isDeepStrictEqual(broken, whole)) return broken;
  throw new Error(`Nothing in the template changes by ${JSON.stringify(fault)}.`);
};

const faulty = (resources: Record<string, Resource>, fault: Fault): Record<string, Resource> => {
  if (fault.kind === 'without-queue-policies')
    return withoutType(resources, 'AWS::SQS::QueuePolicy');
  const changed = (type: string, change: (resource: Resource) => Resource) =>
    Object.fromEntries(
      Object.entries(resources).map(([name, resource]) => [
        name,
        resource.Type === type ? change(resource) : resource,
      ]),
    );
  return fault.kind === 'without'
    ? changed('AWS::IAM::Role', (role) => withoutAction(role, fault.action))
    : changed('AWS::Lambda::Function', (lambda) => misspelt(lambda, fault.fn));
};

const withoutType = (resources: Record<string, Resource>, type: string) => {
  const gone = new Set(Object.keys(resources).filter((name) => resources[name]?.Type === type));
  return Object.fromEntries(
    Object.entries(resources)
      .filter(([name]) => !gone.has(name))
      .map(([name, { DependsOn = [], ...resource }]) => {
        const needs = [DependsOn].flat().filter((other) => !gone.has(String(other)));
        return [name, { ...resource, ...(needs.length > 0 && { DependsOn: needs }) }];
      }),
  );
};

const withoutAction = (role: Resource, action: string): Resource => {
  const { Properties, ...rest } = Role.parse(role);
  const Policies = Properties.Policies.map(({ PolicyDocument, ...policy }) => {
    const statements = PolicyDocument.Statement.map((statement) => ({
      ...statement,
      Action: [statement.Action].flat().filter((allowed) => allowed !== action),
    })).filter(({ Action }) => Action.length > 0);
    return { ...policy, PolicyDocument: { ...PolicyDocument, Statement: statements } };
  });
  return { ...rest, Type: role.Type, Properties: { ...Properties, Policies } };
};

const misspelt = (lambda: Resource, fn: string): Resource => {
  const { Properties, ...rest } = Lambda.parse(lambda);
  if (!Properties.FunctionName.endsWith(`-${fn}`)) return lambda;
  const Handler = Properties.Handler.replace('functions/', 'functoins/');
  return { ...rest, Type: lambda.Type, Properties: { ...Properties, Handler } };
};
