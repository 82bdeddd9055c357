import type { ErrorCode } from '#lib/error-codes.ts';
import { mapConcurrently } from '#lib/map-concurrently.ts';
import { Problem } from '#lib/problem.ts';

export const imageActions = ['delete', 'retry'] as const;
export type ImageAction = (typeof imageActions)[number];

/** What the route of one image answers: an HTTP status and, where it failed, why. */
export type ActionOutcome = {
  imageId: string;
  status: number;
  failure?: { error: string; code: ErrorCode };
};

type Deps = {
  /** Each does its work on one image, or throws a Problem. */
  act: Record<ImageAction, (imageId: string) => Promise<unknown>>;
  /** Of one image whose action threw an error of ours; the others go on. */
  reportFailure: (imageId: string, error: unknown) => void;
};

/** Enough to hide the round trips, and few enough to leave the tables to others. */
const maxAtOnce = 8;

const succeeded = { delete: 200, retry: 202 } as const;

/** Deletes or retries several images: one outcome for each, in their order. */
export const actOnImages = (
  { action, imageIds }: { action: ImageAction; imageIds: readonly string[] },
  { act, reportFailure }: Deps,
): Promise<ActionOutcome[]> =>
  mapConcurrently(imageIds, maxAtOnce, async (imageId) => {
    try {
      await act[action](imageId);
      return { imageId, status: succeeded[action] };
    } catch (error) {
      if (error instanceof Problem) {
        const { status, code, message } = error;
        return { imageId, status, failure: { error: message, code } };
      }
      reportFailure(imageId, error);
      return { imageId, status: 500, failure: { error: onOurSide, code: 'internal_error' } };
    }
  });

const onOurSide = 'Something went wrong on our side. Please try again.';
