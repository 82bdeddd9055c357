import { z } from 'zod';
import { type Template, UnresolvableError } from './template.ts';

/**
 * Whether a condition of the template holds. AWS CloudFormation User Guide, "Condition functions".
 * Throws UnresolvableError for one that is not there, refers to itself, or is no condition.
 */
export const evaluateCondition = (
  { Conditions }: Template,
  name: string,
  resolve: (value: unknown) => unknown,
): boolean => {
  const named = (condition: string, outer: readonly string[]): boolean => {
    if (!Object.hasOwn(Conditions, condition))
      throw new UnresolvableError(`The template has no condition ${condition}.`);
    if (outer.includes(condition))
      throw new UnresolvableError(`The condition ${condition} refers to itself.`);
    return evaluate(Conditions[condition], [...outer, condition]);
  };

  const evaluate = (value: unknown, outer: readonly string[]): boolean => {
    const [[kind, argument] = ['', undefined]] =
      typeof value === 'object' && value !== null ? Object.entries(value) : [];
    const all = () => z.array(z.unknown()).parse(argument);
    switch (kind) {
      case 'Condition':
        return named(String(argument), outer);
      case 'Fn::Equals': {
        const [left, right] = all().map(resolve);
        return String(left) === String(right);
      }
      case 'Fn::And':
        return all().every((part) => evaluate(part, outer));
      case 'Fn::Or':
        return all().some((part) => evaluate(part, outer));
      case 'Fn::Not':
        return !evaluate(all()[0], outer);
      default:
        throw new UnresolvableError(`${JSON.stringify(value)} is no condition.`);
    }
  };

  return named(name, []);
};
