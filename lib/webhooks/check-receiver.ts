import { Problem } from '#lib/problem.ts';

/** Why no request will ever be made to a URL, as a sentence; undefined where one may be. */
export type ExplainUnusableUrl = (url: string) => string | undefined;

export type ReceiverRules = {
  explainUnusableUrl: ExplainUnusableUrl;
  /** Whether a secret to sign webhooks is set. */
  canSign: boolean;
};

/**
 * Throws a Problem where no webhook could ever be delivered to the URL in this field: better now than
 * when something has happened.
 */
export const checkReceiver = (
  { field, url }: { field: string; url: string },
  { explainUnusableUrl, canSign }: ReceiverRules,
): void => {
  const unusable = explainUnusableUrl(url);
  if (unusable !== undefined) throw new Problem('unprocessable', `${field}: ${unusable}`);
  if (!canSign)
    throw new Problem(
      'conflict',
      'This Darkroom cannot sign webhooks yet: set WEBHOOK_SECRET or WEBHOOK_SECRET_PARAMETER.',
    );
};
