import { Problem } from '#lib/problem.ts';
import { isExpired, isSignedBy, parseSecrets, type SignedLink } from './signature.ts';

/** Who may see renditions: every client, or the holder of a signed link. */
export type Access =
  | { kind: 'public' }
  /** The first secret signs, every one verifies. */
  | { kind: 'signed'; secrets: readonly [string, ...string[]] };

/**
 * Throws one and the same 403 for whatever is wrong, so that the client does not learn which images
 * exist. A link that says when it ends does so on an open stage too.
 */
export const checkAccess = (
  link: SignedLink,
  signature: string,
  { access, now }: { access: Access; now: Date },
): void => {
  const isAllowed = access.kind === 'public' || isSignedBy(link, signature, access.secrets);
  if (!isAllowed || isExpired(link.e, now))
    throw new Problem('invalid_link', 'This link is not valid: it was altered, or it has expired.');
};

/**
 * Reads who may see renditions at each call, so that a rotated secret is in use without a
 * deployment. Throws where links are to be signed and there is nothing to sign them with.
 */
export const accessFrom =
  (kind: Access['kind'], secret: (name: 'DELIVERY_SECRET') => Promise<string | undefined>) =>
  async (): Promise<Access> => {
    if (kind === 'public') return { kind };
    return { kind, secrets: parseSecrets((await secret('DELIVERY_SECRET')) ?? '') };
  };
