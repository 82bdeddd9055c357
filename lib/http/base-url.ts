import type { APIGatewayProxyEvent } from 'aws-lambda';

type Headers = Readonly<Record<string, string>>;

const trustedHost = /^(\[[0-9a-f:]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;

/**
 * Where the API begins as the caller sees it, without a slash at the end; links are built on it.
 * `publicUrl` wins. Else it is put together from the request, with the stage if that is part of
 * the path. `X-Forwarded-Host` is not believed: anybody may send it, and answers may be cached.
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

/** API Gateway always sends it; nobody does on the local stack, which speaks http. */
const readScheme = (headers: Headers): string => {
  const first = headers['x-forwarded-proto']?.split(',')[0]?.trim().toLowerCase();
  return first === 'https' ? 'https' : 'http';
};

/**
 * What stands before our own path: the stage (`/dev`), or the base path of a custom domain, which
 * is part of `event.path` too, so that the difference between the two would not show it.
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

/** `/api/images/{image_id}` as an expression that finds what stands before it. */
const toPattern = (resource: string | undefined): RegExp | undefined => {
  // A greedy name could be anything: it tells nothing about where our path begins.
  if (!resource?.startsWith('/') || resource === '/{proxy+}' || resource === '/{proxy*}')
    return undefined;
  const pattern = resource
    .replaceAll(/[.*()[\]\\^$|?]/g, '\\$&')
    .replaceAll(/\{[^}]*\+\}/g, '.+')
    .replaceAll(/\{[^}]*\}/g, '[^/]+')
    .replace(/\/$/, '');
  return new RegExp(`^(.*?)${pattern}/?$`);
};

/** A path becomes part of links in HTML and JSON: what does not belong in one is dropped. */
const safe = (path: string): string => path.replaceAll(/[^A-Za-z0-9._~!$&'()*+,;=:@%/-]/g, '');
