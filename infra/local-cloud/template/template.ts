import { z } from 'zod';

const Properties = z.record(z.string(), z.unknown());

/** A CloudFormation template, as far as it says which resources there are. */
export const Template = z.object({
  Parameters: z
    .record(
      z.string(),
      z.looseObject({ Type: z.string().default('String'), Default: z.unknown().optional() }),
    )
    .default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), Properties)).default({}),
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Condition: z.string().optional(),
      Properties: Properties.nullish().transform((properties) => properties ?? {}),
    }),
  ),
});
export type Template = z.infer<typeof Template>;

/** What a template turns out to mean where there is no CloudFormation to decide it. */
export type Environment = {
  region: string;
  /** Twelve digits. */
  accountId: string;
  /** From which resources without a name of their own get one. */
  stackName: string;
  /** Where SQS answers: a queue's URL begins with it. */
  sqsUrl: string;
  /** Values of parameters, instead of their defaults. */
  parameters?: Record<string, string>;
};

/** What is wrong with a template, in one sentence. */
export class TemplateError extends Error {
  override readonly name: string = 'TemplateError';
}

/** A value that cannot be worked out here; the message says which and why. */
export class UnresolvableError extends TemplateError {
  override readonly name = 'UnresolvableError';
}
