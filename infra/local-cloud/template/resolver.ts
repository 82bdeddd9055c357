import { z } from 'zod';
import { evaluateCondition } from './conditions.ts';
import { pureFunctions } from './pure-functions.ts';
import { nameProperties, resourceAttributes, servedTypes } from './resource-attributes.ts';
import { type Environment, type Template, TemplateError, UnresolvableError } from './template.ts';

export type Resolver = ReturnType<typeof openResolver>;

const Substitution = z.union([
  z.string().transform((text): [string, Record<string, unknown>] => [text, {}]),
  z.tuple([z.string(), z.record(z.string(), z.unknown())]),
]);
const Path = z.union([
  z.string().transform((text) => text.split(/\.(.*)/s)), // only the first dot parts them
  z.array(z.string()),
]);

const pseudoParameters = ({ region, accountId, stackName }: Environment) => ({
  'AWS::Region': region,
  'AWS::AccountId': accountId,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': stackName,
  'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`,
  'AWS::NotificationARNs': [],
  'AWS::NoValue': undefined,
});

/**
 * Works out intrinsic functions, parameters and pseudo parameters. AWS CloudFormation User Guide,
 * "Intrinsic function reference". Throws UnresolvableError.
 */
export const openResolver = (template: Template, environment: Environment) => {
  const { Resources, Parameters, Mappings } = template;
  const { stackName, parameters = {} } = environment;
  const unknown = Object.keys(parameters).find((name) => !Object.hasOwn(Parameters, name));
  if (unknown) throw new TemplateError(`The template has no parameter ${unknown}.`);

  const pseudo: Record<string, unknown> = pseudoParameters(environment);

  const parameter = (name: string): unknown => {
    const { Type = '', Default } = Parameters[name] ?? {};
    const value = parameters[name] ?? Default;
    if (value === undefined)
      throw new UnresolvableError(
        `The parameter ${name} has no default: give it by --parameter ${name}=…`,
      );
    const isList = Type === 'CommaDelimitedList' || Type.startsWith('List<');
    return isList
      ? String(value)
          .split(',')
          .map((entry) => entry.trim())
      : String(value);
  };

  /** The final name of a resource that the local cloud has. */
  const getName = (logicalId: string): string => {
    const { Type = '', Properties = {} } = Resources[logicalId] ?? {};
    const given = resolve(Properties[nameProperties[Type] ?? '']);
    if (typeof given === 'string') return given;
    const name = `${stackName}-${logicalId}`;
    return Type === servedTypes.bucket ? name.toLowerCase() : name;
  };

  const getAttributes = (logicalId: string): Record<string, string> => {
    const type = Resources[logicalId]?.Type;
    const attributes = type && resourceAttributes(type, getName(logicalId), environment);
    if (attributes) return attributes;
    throw new UnresolvableError(
      type
        ? `${logicalId} is a resource of type ${type}, which the local cloud does not have.`
        : `${logicalId} is neither a resource nor a parameter of the template.`,
    );
  };

  const ref = (name: string): unknown => {
    if (Object.hasOwn(pseudo, name)) return pseudo[name];
    return Object.hasOwn(Parameters, name) ? parameter(name) : getAttributes(name)['Ref'];
  };

  const attribute = (argument: unknown): string => {
    const [logicalId = '', name = ''] = Path.parse(argument);
    const value = getAttributes(logicalId)[name];
    if (value !== undefined && name !== 'Ref') return value;
    throw new UnresolvableError(
      `The local cloud does not know the attribute ${logicalId}.${name}.`,
    );
  };

  const substitute = (argument: unknown): string => {
    const [text, own] = Substitution.parse(argument);
    return text.replaceAll(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(own, name)) return String(resolve(own[name]));
      return name.includes('.') ? attribute(name) : String(ref(name));
    });
  };

  const isTrue = (condition: string): boolean => evaluateCondition(template, condition, resolve);

  const functions: Record<string, (argument: unknown) => unknown> = {
    ...pureFunctions,
    Ref: (argument) => ref(z.string().parse(argument)),
    'Fn::GetAtt': attribute,
    'Fn::Sub': substitute,
    'Fn::FindInMap': (argument) => {
      const [map = '', first = '', second = ''] = z.array(z.string()).parse(resolve(argument));
      const value = Mappings[map]?.[first]?.[second];
      if (value !== undefined) return value;
      throw new UnresolvableError(`The template has no mapping ${map}.${first}.${second}.`);
    },
    'Fn::If': (argument) => {
      const [condition, then, otherwise] = z
        .tuple([z.string(), z.unknown(), z.unknown()])
        .parse(argument);
      return resolve(isTrue(condition) ? then : otherwise);
    },
  };

  const callFunction = (name: string, argument: unknown): unknown => {
    const intrinsic = functions[name];
    if (!intrinsic)
      throw new UnresolvableError(`The local cloud does not know the function ${name}.`);
    try {
      return intrinsic(name in pureFunctions ? resolve(argument) : argument);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const shown = JSON.stringify(argument);
      throw new UnresolvableError(`${name} cannot have the argument ${shown}.`);
    }
  };

  /** Objects lose the keys, and lists the entries, that are `AWS::NoValue`. */
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve).filter((entry) => entry !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (only && entries.length === 1 && /^(Ref|Fn::.+)$/.test(only[0]))
      return callFunction(only[0], only[1]);
    return Object.fromEntries(
      entries
        .map(([key, entry]): [string, unknown] => [key, resolve(entry)])
        .filter(([, entry]) => entry !== undefined),
    );
  };

  return { resolve, getName, getAttributes, isTrue };
};
