import { Problem } from '#lib/problem.ts';

/**
 * Why no request will ever be made to a URL, as the end of a sentence that begins with it; undefined
 * where one may be made.
 */
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
  if (unusable !== undefined)
    throw new Problem('invalid_field', `The field ${field} ${unusable}.`, {
      fields: [{ field, error: `${unusable.charAt(0).toUpperCase()}${unusable.slice(1)}.` }],
    });
  if (!canSign)
    throw new Problem(
      'webhook_secret_missing',
      'This Darkroom cannot sign webhooks yet: set WEBHOOK_SECRET or WEBHOOK_SECRET_PARAMETER.',
    );
};
