import type { IncomingMessage } from 'node:http';
import { accessDenied } from '../requests/credentials.ts';
import type { S3Request } from '../requests/s3-request.ts';
import { notImplemented, S3Error } from '../s3-error.ts';
import { decodeAwsChunked, incompleteBody } from './aws-chunked.ts';
import {
  type Checksum,
  type ChecksumAlgorithm,
  checkChecksumValue,
  checksumAlgorithms,
  checksumHeader,
  type Digests,
  parseAlgorithm,
  startDigests,
} from './checksums.ts';
import type { ChunkVerifier } from './chunk-signatures.ts';

/** Bytes on their way in, and what their sender claims of them. */
export type IncomingBody = {
  bytes: AsyncIterable<Buffer>;
  /** What must be computed, beside MD5, to compare. */
  algorithms: ReadonlySet<ChecksumAlgorithm>;
  /** Throws BadDigest and its kind; gives the claimed checksum, which is then the object's. */
  verify(digests: Digests, sizeBytes: number): Checksum | undefined;
};

type Headers = Readonly<Record<string, string>>;
type Claims = {
  md5?: string | undefined;
  checksum?: { algorithm: ChecksumAlgorithm; value: string };
};

/** The body of a PUT, out of its frames if it came in chunks. */
export const incomingBody = (
  request: S3Request,
  chunks: ChunkVerifier | undefined,
): IncomingBody => {
  const { headers, message } = request;
  const { payloadHash } = request.authorization;
  const claims = parseClaims(headers);
  const algorithms = new Set(claims.checksum ? [claims.checksum.algorithm] : []);
  if (!payloadHash.startsWith('STREAMING-')) {
    const sha256 = /^[0-9a-f]{64}$/.test(payloadHash) ? payloadHash : undefined;
    if (sha256) algorithms.add('SHA256');
    const verify = (digests: Digests) => {
      if (sha256) checkPayloadHash(digests, sha256);
      return verifyClaims(claims, digests);
    };
    return { bytes: readBytes(message), algorithms, verify };
  }

  const trailer = trailerAlgorithm(headers);
  if (trailer) algorithms.add(trailer);
  const onTrailer = (name: string, value: string) => {
    chunks?.trailer(name, value);
    if (trailer && name === checksumHeader(trailer)) {
      claims.checksum = { algorithm: trailer, value };
    }
  };
  const bytes = decodeAwsChunked(readBytes(message), { ...chunks, trailer: onTrailer });
  const verify = (digests: Digests, sizeBytes: number) => {
    const decodedLength = headers['x-amz-decoded-content-length'];
    if (decodedLength !== undefined && Number(decodedLength) !== sizeBytes) throw incompleteBody();
    chunks?.end();
    if (trailer && !claims.checksum) {
      throw new S3Error('BadDigest', `The trailing header ${checksumHeader(trailer)} is missing.`);
    }
    return verifyClaims(claims, digests);
  };
  return { bytes, algorithms, verify };
};

/** The file of a form, whose fields may claim its checksum. */
export const formBody = (bytes: AsyncIterable<Buffer>, fields: Headers): IncomingBody => {
  const claims = parseClaims(fields);
  const algorithms = new Set(claims.checksum ? [claims.checksum.algorithm] : []);
  return { bytes, algorithms, verify: (digests) => verifyClaims(claims, digests) };
};

/** A request's body. To stop reading does not cut the connection: a refusal is still to be sent. */
export const readBytes = (message: IncomingMessage): AsyncIterable<Buffer> =>
  message.iterator({ destroyOnReturn: false });

const maxDocumentBytes = 2 * 1024 * 1024; // a thousand keys, each sign of them written as an entity

/** The text of a small body, checked against what its sender claims of it. */
export const readDocument = async (body: IncomingBody): Promise<string> => {
  const digests = startDigests(body.algorithms);
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of body.bytes) {
    sizeBytes += piece.length;
    if (sizeBytes > maxDocumentBytes) {
      throw new S3Error('MalformedXML', 'The XML you provided is too long.');
    }
    digests.update(piece);
    pieces.push(piece);
  }
  body.verify(digests.end(), sizeBytes);
  return Buffer.concat(pieces).toString();
};

const parseClaims = (headers: Headers): Claims => {
  const claims: Claims = {};
  const md5 = headers['content-md5'];
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').length !== 16) {
      throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
    }
    claims.md5 = md5;
  }
  for (const name of Object.keys(headers)) {
    if (/^x-amz-checksum-xxhash/.test(name)) throw notImplemented(name);
  }
  const claimed = checksumAlgorithms.filter((one) => headers[checksumHeader(one)] !== undefined);
  const [algorithm, another] = claimed;
  if (another || (algorithm && headers['x-amz-trailer'])) {
    const message =
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.';
    throw new S3Error('InvalidRequest', message);
  }
  const wanted = headers['x-amz-sdk-checksum-algorithm'];
  if (wanted !== undefined && !algorithm && !headers['x-amz-trailer']) {
    const message =
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.';
    throw new S3Error('InvalidRequest', message);
  }
  if (!algorithm) return claims;
  const value = headers[checksumHeader(algorithm)] ?? '';
  checkChecksumValue(algorithm, value);
  return { ...claims, checksum: { algorithm, value } };
};

const trailerAlgorithm = (headers: Headers): ChecksumAlgorithm | undefined => {
  const [, name] = /x-amz-checksum-(\w+)/i.exec(headers['x-amz-trailer'] ?? '') ?? [];
  return name === undefined ? undefined : parseAlgorithm(name);
};

const verifyClaims = (claims: Claims, { md5, values }: Digests): Checksum | undefined => {
  if (claims.md5 !== undefined && Buffer.from(claims.md5, 'base64').toString('hex') !== md5) {
    throw new S3Error(
      'BadDigest',
      'The Content-MD5 you specified did not match what we received.',
      {
        ExpectedDigest: claims.md5,
        CalculatedDigest: Buffer.from(md5, 'hex').toString('base64'),
      },
    );
  }
  if (!claims.checksum) return undefined;
  const { algorithm, value } = claims.checksum;
  if (values.get(algorithm) === value) return { algorithm, value, type: 'FULL_OBJECT' };
  const message = `The ${algorithm} you specified did not match the calculated checksum.`;
  throw new S3Error('BadDigest', message);
};

const checkPayloadHash = ({ values }: Digests, sha256: string): void => {
  const actual = Buffer.from(values.get('SHA256') ?? '', 'base64').toString('hex');
  if (actual === sha256) return;
  const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
  const detail = { ClientComputedContentSHA256: sha256, S3ComputedContentSHA256: actual };
  throw new S3Error('XAmzContentSHA256Mismatch', message, detail);
};

/** Throws InvalidArgument for a payload hash that is neither a hash nor a word that S3 knows. */
export const checkPayloadMode = (payloadHash: string): void => {
  if (payloadHash.startsWith('STREAMING-AWS4-ECDSA')) throw notImplemented(payloadHash);
  const known =
    /^([0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER|STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?)$/;
  if (known.test(payloadHash)) return;
  if (payloadHash === '') throw accessDenied();
  const message =
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD or a valid sha256 value.';
  throw new S3Error('InvalidArgument', message);
};
