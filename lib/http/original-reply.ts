import { emptyReply, reply } from './route.ts';

/**
 * The method that the link is to be signed for: a client that follows the redirect keeps its own. One
 * that accepts JSON is going to read the file.
 */
export const linkMethod = ({
  method,
  headers,
}: {
  method: string;
  headers: { accept?: string | undefined };
}): 'GET' | 'HEAD' => (method === 'HEAD' && !wantsJson(headers.accept) ? 'HEAD' : 'GET');

/** A redirect to a short-lived URL, or that URL as JSON for clients that accept JSON. */
export const originalReply = (
  { headers }: { headers: { accept?: string | undefined } },
  { url, expiresAt }: { url: string; expiresAt: Date },
) =>
  wantsJson(headers.accept)
    ? reply(200, { url, expires_at: expiresAt.toISOString() })
    : emptyReply(302, { location: url, 'cache-control': 'no-store' });

/** Only where JSON is named: a browser's wildcard requests the picture. */
const wantsJson = (accept = ''): boolean =>
  accept
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()))
    .some(([type, ...rest]) => type === 'application/json' && !rest.some(isRefused));

const isRefused = (parameter: string): boolean => /^q=0(\.0*)?$/.test(parameter);
