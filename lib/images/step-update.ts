import { isDeepStrictEqual } from 'node:util';
import type { Image } from './image.ts';
import { type StepName, stepNames } from './step.ts';

/** What the end of a step may change beside the step. No two steps write the same of these differently. */
const stepFields = [
  'beganAt',
  'sha256',
  'metadata',
  'firstUploadAt',
  'renditionSet',
  'orphanedRenditions',
  'exif',
  'caption',
] as const satisfies readonly (keyof Image)[];
type StepField = (typeof stepFields)[number];

/** Derived from the bytes of a revision: every worker records the same. */
const inspected: readonly StepField[] = ['beganAt', 'sha256', 'metadata'];

/** A change that a worker makes: these steps and fields become those of `after`. */
export type StepUpdate = { steps: StepName[]; fields: StepField[] };

/**
 * What differs, if it is only what workers write: then it may be saved although other workers have
 * changed other steps meanwhile. Undefined for any other change, which needs the record as it was read.
 */
export const toStepUpdate = (before: Image, after: Image): StepUpdate | undefined => {
  const names = new Set([...Object.keys(before), ...Object.keys(after)] as (keyof Image)[]);
  const changed = [...names].filter((name) => !isDeepStrictEqual(before[name], after[name]));
  const fields = stepFields.filter((name) => changed.includes(name));
  if (changed.some((name) => name !== 'steps' && !isStepField(name))) return undefined;
  if (fields.some((name) => after[name] === undefined)) return undefined;

  const steps = stepNames.filter(
    (name) => !isDeepStrictEqual(before.steps[name], after.steps[name]),
  );
  if (steps.length === 0 && fields.some((name) => !inspected.includes(name))) return undefined;
  if (steps.some((name) => before.steps[name].run === 0)) return undefined; // it is not stored yet
  return steps.length + fields.length ? { steps, fields } : undefined;
};

const isStepField = (name: string): name is StepField =>
  (stepFields as readonly string[]).includes(name);

/** Whether the record still is what the update was decided on: its revision, and the steps that change. */
export const isStillDue = (now: Image, before: Image, { steps }: StepUpdate): boolean =>
  !now.deleted &&
  now.rev === before.rev &&
  steps.every((name) => isSameRun(now.steps[name], before.steps[name]));

const isSameRun = (one: Image['steps'][StepName], other: Image['steps'][StepName]): boolean =>
  one.run === other.run && one.state === other.state && hasGivenUp(one) === hasGivenUp(other);

const hasGivenUp = (step: Image['steps'][StepName]): boolean =>
  step.state === 'failed' && step.gaveUp;

/** The record with the update; the first worker that began stays the first. */
export const withStepUpdate = (now: Image, after: Image, { steps, fields }: StepUpdate): Image => ({
  ...now,
  ...Object.fromEntries(fields.map((name) => [name, after[name]])),
  ...((now.beganAt ?? after.beganAt) && { beganAt: now.beganAt ?? after.beganAt }),
  steps: { ...now.steps, ...Object.fromEntries(steps.map((name) => [name, after.steps[name]])) },
});
