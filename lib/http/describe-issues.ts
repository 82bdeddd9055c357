import type { z } from 'zod';
import { plainText } from '#lib/plain-text.ts';
import type { FieldError } from '#lib/problem.ts';

/** Where a value was sent, as a sentence begins with it. */
export type Place = 'field' | 'parameter' | 'header';

const maxNamed = 20; // a body may have any number of wrong items
const maxInSentence = 3;

/**
 * zod's error map for whatever a schema has no message of its own for, so that none of zod's reaches a
 * caller. Ours all follow a field's name: `must be …`, `is missing`.
 */
export const issueText = (issue: z.core.$ZodRawIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${typeText(issue.expected)}`;
    case 'too_small':
      return `must ${verbFor(issue.origin)} at least ${quantity(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `must ${verbFor(issue.origin)} at most ${quantity(issue.maximum, issue.origin)}`;
    case 'invalid_value':
      return `must be ${listText(issue.values.map(String))}`;
    case 'unrecognized_keys':
      return 'has a field that is not known here';
    default:
      return 'has a value that is not allowed';
  }
};

const typeTexts: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

const typeText = (expected: string): string => typeTexts[expected] ?? 'of another type';

const verbFor = (origin: string): string => (origin in counted ? 'have' : 'be');

const counted: Record<string, readonly [string, string]> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
};

const quantity = (amount: number | bigint, origin: string): string => {
  const [one, many] = counted[origin] ?? [];
  if (!one) return String(amount);
  return `${amount} ${Number(amount) === 1 ? one : many}`;
};

const listText = (values: readonly string[]): string =>
  values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;

/** The issues of one part of a request: a sentence about the first few, and each by its field. */
export const describeIssues = (
  issues: readonly z.core.$ZodIssue[],
  place: Place,
): { sentence: string; fields: FieldError[] } => {
  const found = issues.flatMap(toEntries).slice(0, maxNamed);
  const named = found.slice(0, maxInSentence).map(({ field, text }) => {
    const subject = field === '' ? 'The body' : `The ${place} ${field}`;
    return `${subject} ${text}.`;
  });
  return {
    sentence: named.join(' '),
    fields: found.map(({ field, text }) => ({ field, error: capitalized(`${text}.`) })),
  };
};

type Entry = { field: string; text: string };

const toEntries = (issue: z.core.$ZodIssue): Entry[] => {
  const parts = issue.path.map((part) => plainText(String(part), 60));
  if (issue.code !== 'unrecognized_keys') return [{ field: parts.join('.'), text: issue.message }];
  return issue.keys.map((key) => ({
    field: [...parts, plainText(key, 60)].join('.'),
    text: 'is not known here',
  }));
};

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
