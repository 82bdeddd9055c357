import { createServer } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { publicFetch } from '#lib/web/public-fetch.ts';
import { selfSignedCertificate } from '#test/support/fetch-certificate.ts';
import { notFetched } from '#test/support/fetch-tools.ts';

const defaultCertificates = getCACertificates('default');
const toStop: (() => void)[] = [];
afterEach(() => {
  setDefaultCACertificates(defaultCertificates);
  for (const stop of toStop.splice(0)) stop();
});

/** An https server on loopback with this certificate, which is trusted or not. */
const startSecure = async (
  certificate: { key: string; cert: string },
  { trusted }: { trusted: boolean },
) => {
  if (trusted) setDefaultCACertificates([...defaultCertificates, certificate.cert]);
  const requestedHosts: (string | undefined)[] = [];
  const server = createServer(certificate, (request, response) => {
    requestedHosts.push(request.headers.host);
    response.end('picture');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  toStop.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The server has no port.');
  return { port: address.port, requestedHosts };
};

const get = (host: string) =>
  publicFetch({
    allowHosts: [host],
    maxBytes: 1000,
    timeoutMs: 3000,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  })(`https://${host}/a.jpg`);

const invalidCertificate = (host: string, code: string) =>
  notFetched(
    `https://${host}/a.jpg cannot prove that it is who it says, by its certificate (${code}).`,
  );

describe('an https server', () => {
  test('is requested when its certificate is valid for its name', async () => {
    const { port, requestedHosts } = await startSecure(selfSignedCertificate('shop.example'), {
      trusted: true,
    });

    expect(await get(`shop.example:${port}`)).toMatchObject({ bytes: Buffer.from('picture') });
    expect(requestedHosts).toEqual([`shop.example:${port}`]);
  });

  test('is refused when its certificate is for another name', async () => {
    const { port, requestedHosts } = await startSecure(selfSignedCertificate('other.example'), {
      trusted: true,
    });

    const host = `shop.example:${port}`;
    expect(await get(host)).toEqual(invalidCertificate(host, 'ERR_TLS_CERT_ALTNAME_INVALID'));
    expect(requestedHosts).toEqual([]);
  });

  test('is refused when its certificate is not trusted, whatever the environment says', async () => {
    const { port, requestedHosts } = await startSecure(selfSignedCertificate('shop.example'), {
      trusted: false,
    });
    const warnings = vi.spyOn(process, 'emitWarning').mockReturnValue(); // Node warns about the setting
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const host = `shop.example:${port}`;
      expect(await get(host)).toEqual(invalidCertificate(host, 'DEPTH_ZERO_SELF_SIGNED_CERT'));
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      warnings.mockRestore();
    }
    expect(requestedHosts).toEqual([]);
  });

  test('is refused when its certificate has expired', async () => {
    const certificate = selfSignedCertificate('shop.example', { expired: true });
    const { port, requestedHosts } = await startSecure(certificate, { trusted: true });

    const host = `shop.example:${port}`;
    expect(await get(host)).toEqual(invalidCertificate(host, 'CERT_HAS_EXPIRED'));
    expect(requestedHosts).toEqual([]);
  });
});
