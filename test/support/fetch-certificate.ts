import { generateKeyPairSync, sign } from 'node:crypto';

/**
 * A TLS key and a certificate that it signed itself, for a host name, valid for a day (or
 * expired): X.509 v3 by hand (RFC 5280), so that no key lies in the repository and no openssl is needed.
 */
export const selfSignedCertificate = (
  hostname: string,
  { expired = false } = {},
): { key: string; cert: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const day = 24 * 60 * 60 * 1000;
  const until = new Date(Date.now() + (expired ? -day : day));
  const validity = sequence(time(new Date(until.getTime() - 2 * day)), time(until));
  const name = sequence(set(sequence(commonName, utf8(hostname))));
  const alternatives = sequence(tagged(0x82, Buffer.from(hostname)));
  const extensions = tagged(0xa3, sequence(sequence(subjectAltName, tagged(0x04, alternatives))));
  const certificate = sequence(
    tagged(0xa0, integer(2)), // version 3
    integer(1),
    sequence(ecdsaWithSha256),
    name, // the issuer is
    validity,
    name, // the subject itself
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions,
  );
  const signature = sign('sha256', certificate, privateKey);
  const signed = sequence(
    certificate,
    sequence(ecdsaWithSha256),
    tagged(0x03, Buffer.concat([Buffer.of(0), signature])),
  );
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${signed.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  };
};

/** DER (ITU X.690): tag, length, contents. */
const tagged = (tag: number, contents: Buffer): Buffer => {
  const size = contents.length;
  const length = size < 128 ? [size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), contents]);
};
const sequence = (...parts: Buffer[]): Buffer => tagged(0x30, Buffer.concat(parts));
const set = (...parts: Buffer[]): Buffer => tagged(0x31, Buffer.concat(parts));
const integer = (value: number): Buffer => tagged(0x02, Buffer.of(value));
const utf8 = (text: string): Buffer => tagged(0x0c, Buffer.from(text));
/** GeneralizedTime would be for years from 2050 on. */
const time = (date: Date): Buffer =>
  tagged(
    0x17,
    Buffer.from(
      `${date
        .toISOString()
        .replace(/\.\d+|[-:T]/g, '')
        .slice(2)}`,
    ),
  );

const commonName = tagged(0x06, Buffer.from('550403', 'hex'));
const subjectAltName = tagged(0x06, Buffer.from('551d11', 'hex'));
const ecdsaWithSha256 = tagged(0x06, Buffer.from('2a8648ce3d040302', 'hex'));
