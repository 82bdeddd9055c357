import type { APIGatewayProxyEvent } from 'aws-lambda';

type Headers = Readonly<Record<string, string>>;

const trustedHost = /^(\[[0-9a-f:]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;

/**
 * The base URL of the API as the client sees it, without a trailing slash; links start with it.
 * `publicUrl` has priority. Otherwise it is derived from the request, with the stage if that is part of
 * the path. `X-Forwarded-Host` is ignored: any client may send it, and responses may be cached.
 */
export const readBaseUrl = (
  event: Pick<APIGatewayProxyEvent, 'path' | 'resource' | 'requestContext'>,
  headers: Headers,
  publicUrl?: string | undefined,
): string => {
  if (publicUrl) return publicUrl.replace(/\/+$/, '');
  const { domainName } = event.requestContext;
  const host = [headers['host'], domainName].find((name) => name && trustedHost.test(name));
  return `${readScheme(headers)}://${host ?? 'localhost'}${readPrefix(event)}`;
};

/** API Gateway always sends the header; on the local stack, which uses http, there is none. */
const readScheme = (headers: Headers): string => {
  const first = headers['x-forwarded-proto']?.split(',')[0]?.trim().toLowerCase();
  return first === 'https' ? 'https' : 'http';
};

/**
 * The prefix of our own path: the stage (`/dev`), or the base path of a custom domain, which is part of
 * `event.path` too, so that the difference of the two paths would not contain it.
 */
const readPrefix = ({
  path,
  resource,
  requestContext,
}: Pick<APIGatewayProxyEvent, 'path' | 'resource' | 'requestContext'>): string => {
  const full = safe(requestContext.path ?? path);
  const found = toPattern(resource)?.exec(full);
  if (found) return (found[1] ?? '').replace(/\/+$/, '');
  return full.endsWith(path) ? full.slice(0, full.length - path.length).replace(/\/+$/, '') : '';
};

/** `/api/images/{image_id}` as a regular expression that captures the prefix. */
const toPattern = (resource: string | undefined): RegExp | undefined => {
  // A greedy parameter matches anything, so it does not say where our path begins.
  if (!resource?.startsWith('/') || resource === '/{proxy+}' || resource === '/{proxy*}')
    return undefined;
  const pattern = resource
    .replaceAll(/[.*()[\]\\^$|?]/g, '\\$&')
    .replaceAll(/\{[^}]*\+\}/g, '.+')
    .replaceAll(/\{[^}]*\}/g, '[^/]+')
    .replace(/\/$/, '');
  return new RegExp(`^(.*?)${pattern}/?$`);
};

/** The path becomes part of links in HTML and JSON: characters that a path may not have are dropped. */
const safe = (path: string): string => path.replaceAll(/[^A-Za-z0-9._~!$&'()*+,;=:@%/-]/g, '');
