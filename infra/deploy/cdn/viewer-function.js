// Runs at CloudFront's edges (cloudfront-js-2.0) before a picture is looked for, and before it is
// answered. The runtime has ES 5.1 with some newer syntax: no destructuring, no spread, no for…of,
// no modules beside these two, 10 kB in all.
import cf from 'cloudfront';

const crypto = require('crypto');

/** Packaging writes `public` here where DELIVERY_ACCESS says so. */
const access = 'signed';

const imageId = /^[a-z2-7]{26}$/;
const presetName = /^[a-z][a-z0-9-]{0,31}$/;

async function handler(event) {
  return event.context.eventType === 'viewer-response' ? limitAge(event) : findVariant(event);
}

/**
 * Checks the link as the function behind the API does (lib/delivery/signature.ts), and turns it
 * into the path under which the variant is stored, or made by that function where it is not: S3 and
 * API get a request for the same path, one after the other. Without a version it is not stored
 * under any, and the API answers the current one. Whatever is no link of a picture goes on as it
 * is, and the API answers what it lacks.
 */
async function findVariant(event) {
  const request = event.request;
  const segments = request.uri.split('/');
  const file = segments[3] || '';
  const dot = file.lastIndexOf('.');
  const preset = dot < 0 ? file : file.slice(0, dot);
  const isPicture =
    segments.length === 4 &&
    imageId.test(segments[2]) &&
    presetName.test(preset) &&
    hasOneOfEach(request);

  const v = queryValue(request, 'v');
  const e = queryValue(request, 'e');
  if (isExpired(e)) return refusal();
  if (access === 'signed') {
    const secrets = await readSecrets();
    if (!secrets) return outage();
    const signed = [segments[2], preset, v, e].join('\n');
    if (!isPicture || !isWellFormed(v) || !isSigned(signed, queryValue(request, 's'), secrets))
      return refusal();
  }
  if (!isPicture) return request;

  const encoding = dot < 0 ? negotiate(request.headers.accept) : file.slice(dot + 1);
  const version = v !== '' && isWellFormed(v) ? v + '.' : '';
  request.uri = '/i/' + segments[2] + '/' + preset + '.' + version + encoding;
  return request;
}

/** No cache may store a response beyond the expiry of its link; S3's own headers know no links. */
function limitAge(event) {
  const response = event.response;
  response.headers.vary = { value: 'Accept' };
  const e = queryValue(event.request, 'e');
  const caching = response.headers['cache-control'];
  const age = caching && /max-age=(\d+)/.exec(caching.value);
  if (!age || !/^\d{1,12}$/.test(e)) return response;
  const left = Math.max(0, Number(e) - Math.ceil(Date.now() / 1000));
  caching.value = 'public, max-age=' + Math.min(Number(age[1]), left);
  return response;
}

function queryValue(request, name) {
  const given = request.querystring[name];
  return given ? given.value : '';
}

/** A name that is given twice has no single value. */
function hasOneOfEach(request) {
  return ['v', 'e', 's'].every(function isSingle(name) {
    const given = request.querystring[name];
    return !given || !given.multiValue;
  });
}

function isWellFormed(v) {
  return /^[\w-]{0,64}$/.test(v);
}

function isExpired(e) {
  return e !== '' && !(/^\d{1,12}$/.test(e) && Number(e) * 1000 > Date.now());
}

/** The first secret signs, every one verifies. Undefined where the store cannot be read. */
async function readSecrets() {
  try {
    const listed = await cf.kvs().get('delivery-secret');
    return listed.split(',').map(trimmed).filter(Boolean);
  } catch (_) {
    return undefined;
  }
}

function trimmed(text) {
  return text.trim();
}

function isSigned(signed, signature, secrets) {
  let fits = false;
  for (let at = 0; at < secrets.length; at++) {
    const expected = crypto.createHmac('sha256', secrets[at]).update(signed).digest('base64url');
    if (isSame(expected, signature)) fits = true;
  }
  return fits;
}

/** Takes as long for a signature that is nearly right as for any other. */
function isSame(expected, given) {
  let difference = expected.length ^ given.length;
  for (let at = 0; at < expected.length; at++)
    difference |= expected.charCodeAt(at) ^ given.charCodeAt(at);
  return difference === 0;
}

/** As lib/delivery/negotiate-format.ts. */
function negotiate(header) {
  const taken = {};
  const ranges = (header ? header.value : '').toLowerCase().split(',');
  for (let at = 0; at < ranges.length && at < 64; at++) {
    const parts = ranges[at].split(';').map(trimmed);
    taken[parts[0]] = !parts.slice(1).some(isZero);
  }
  if (taken['image/avif']) return 'avif';
  if (taken['image/webp']) return 'webp';
  const jpeg = takes(taken, 'image/jpeg');
  if (jpeg === takes(taken, 'image/png')) return 'auto';
  return jpeg ? 'jpg' : 'png';
}

function isZero(parameter) {
  return /^q=0(\.0*)?$/.test(parameter);
}

function takes(taken, type) {
  const ranges = [type, 'image/*', '*/*'];
  for (let at = 0; at < ranges.length; at++)
    if (taken[ranges[at]] !== undefined) return taken[ranges[at]];
  return false;
}

function refusal() {
  return failure(403, 'Forbidden', 'This link is not valid: it was altered, or it has expired.');
}

function outage() {
  return failure(
    503,
    'Service Unavailable',
    'Links cannot be checked at the moment. Try again soon.',
  );
}

function failure(statusCode, statusDescription, error) {
  return {
    statusCode: statusCode,
    statusDescription: statusDescription,
    headers: {
      'content-type': { value: 'application/json' },
      'cache-control': { value: 'no-store' },
      'access-control-allow-origin': { value: '*' },
    },
    body: JSON.stringify({ status: 'error', code: 2001, data: null, error: error }),
  };
}
