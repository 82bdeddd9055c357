import { z } from 'zod';
import { SqsError } from './sqs-error.ts';

/** What an operation may know of the request that it answers. */
export type RequestContext = {
  /** Where the client found this SQS, e.g. http://127.0.0.1:4576: its queues' URLs begin with it. */
  baseUrl: string;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
};

export type Operation = (input: unknown, context: RequestContext) => object | Promise<object>;

/** An operation whose input is checked by a schema first. */
export const operation =
  <Schema extends z.ZodType>(
    schema: Schema,
    answer: (input: z.infer<Schema>, context: RequestContext) => object | Promise<object>,
  ): Operation =>
  (input, context) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return answer(parsed.data, context);
    throw toSqsError(parsed.error, input);
  };

/** Whole numbers within SQS' limits. */
export const wholeNumber = (min: number, max: number) =>
  z.number().refine((value) => Number.isInteger(value) && value >= min && value <= max, {
    error: `Must be a whole number from ${min} to ${max}, if provided.`,
  });

const toSqsError = ({ issues }: z.ZodError, input: unknown): SqsError => {
  const [issue] = issues;
  const path = issue?.path ?? [];
  const value = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    input,
  );
  const name = path.join('.');
  if (value === undefined)
    return new SqsError('MissingParameter', `The request must contain the parameter ${name}.`);
  if (issue?.code === 'custom')
    return new SqsError(
      'InvalidParameterValue',
      `Value ${value} for parameter ${name} is invalid. Reason: ${issue.message}`,
    );
  return new SqsError('SerializationException', `${name || 'The request'}: ${issue?.message}.`);
};
