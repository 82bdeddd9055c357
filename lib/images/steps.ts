/** A step of processing: its worker, and what its outcome means for the image's status. */
export type StepDefinition = {
  /** Names the function, its queue, dead-letter queue and alarms. */
  worker: string;
  /** A failed required step makes the image `failed`; an optional one leaves it `done`. */
  required: boolean;
  /** A step that must be done first; its failure skips this one, for the reason given. */
  after?: { step: string; otherwise: string };
  /** Its name in the gallery. */
  label: string;
};

/**
 * The one list of steps. Status, error, messages, queues, dead-letter queues, environment, health,
 * alarms, views and the gallery's labels follow from it; functions/README.md says how to add one.
 */
export const steps = {
  thumbnails: { worker: 'make-thumbnails', required: true, label: 'Thumbnails' },
  exif: { worker: 'read-exif', required: true, label: 'EXIF' },
  caption: {
    worker: 'write-caption',
    required: false,
    after: { step: 'thumbnails', otherwise: 'There is no thumbnail to describe.' },
    label: 'Caption',
  },
} as const satisfies Record<string, StepDefinition>;

export type StepName = keyof typeof steps;
export type StepWorker = (typeof steps)[StepName]['worker'];

// Object.keys returns string[]: these are the list's own names.
export const stepNames = Object.keys(steps) as [StepName, ...StepName[]];

/** The definition of a step, without the narrow types of its literals. */
export const stepDefinition = (name: StepName): StepDefinition => steps[name];

/** A record with an entry for each step. */
export const mapSteps = <T>(make: (name: StepName) => T): Record<StepName, T> =>
  Object.fromEntries(stepNames.map((name) => [name, make(name)])) as Record<StepName, T>;
