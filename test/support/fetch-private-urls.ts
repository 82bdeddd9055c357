import { createServer, type Socket } from 'node:net';

/**
 * Every way we know to write a URL that means this machine's loopback. Each of them would reach a
 * server that listens on 127.0.0.1 and [::1] at this port.
 */
export const loopbackUrls = (port: number): string[] =>
  [
    '127.0.0.1',
    'localhost',
    'LOCALHOST',
    '127.0.0.2',
    '127.255.255.254',
    '2130706433', // decimal
    '0x7f000001', // hexadecimal
    '0x7F.0.0.0x1',
    '017700000001', // octal
    '0177.0.0.01',
    '127.1', // short
    '127.0.1',
    '0x7f.1',
    '127.0.0.1.', // a trailing dot
    '0', // 0.0.0.0, which Linux takes for loopback
    '0.0.0.0',
    '%31%32%37.0.0.1', // percent-encoded
    '１２７.０.０.１', // full-width digits
    '①②⑦.⓪.⓪.①', // circled digits
    '127。0。0。1', // ideographic full stops
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
    '127.0.0.\u00AD1', // a soft hyphen, which is not seen
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[0000::0001]',
    '[::]',
    '[::ffff:127.0.0.1]', // IPv4-mapped
    '[::ffff:7f00:1]',
    '[0:0:0:0:0:FFFF:127.0.0.1]',
    '[::ffff:0.0.0.0]',
  ].map((host) => `http://${host}:${port}/secret`);

/** One or more of every range that is not the public internet, at its edges, as it may be written. */
export const privateUrls = (): string[] =>
  [
    // IPv4
    '0.1.2.3', // this network
    '10.0.0.1',
    '10.255.255.255',
    '167772161', // 10.0.0.1
    '100.64.0.1', // shared, behind carriers' NAT
    '100.127.255.254',
    '127.0.0.1',
    '169.254.169.254', // link-local: the metadata of clouds
    '2852039166', // the same
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.254.43518',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1', // documentation
    '192.88.99.1', // relays of 6to4
    '192.168.0.1',
    '198.18.0.1', // benchmarking
    '198.19.255.255',
    '198.51.100.1', // documentation
    '203.0.113.1', // documentation
    '224.0.0.1', // multicast
    '239.255.255.250',
    '240.0.0.1', // reserved
    '255.255.255.255', // broadcast
    // IPv6
    '[::2]',
    '[::127.0.0.1]', // IPv4-compatible
    '[::8.8.8.8]',
    '[::ffff:10.0.0.1]', // IPv4-mapped
    '[::ffff:a9fe:a9fe]',
    '[::ffff:0:127.0.0.1]', // translated, RFC 2765
    '[64:ff9b::10.0.0.1]', // NAT64
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::1]', // NAT64 in a local prefix
    '[64:ff9b:1:ffff::a00:1]',
    '[100::1]', // discard
    '[2001::1]', // Teredo
    '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
    '[2001:2::1]', // benchmarking
    '[2001:10::1]', // ORCHID
    '[2001:db8::1]', // documentation
    '[3fff::1]',
    '[2002:7f00:1::1]', // 6to4 of 127.0.0.1
    '[2002:a00:1::]',
    '[2002:808:808::1]',
    '[2600::5efe:10.0.0.1]', // ISATAP
    '[2600::200:5efe:10.0.0.1]',
    '[fc00::1]', // unique local
    '[fd00:ec2::254]', // the metadata of AWS
    '[fdff:ffff::1]',
    '[fe80::1]', // link-local
    '[febf::1]',
    '[fec0::1]', // site-local, of old
    '[ff02::1]', // multicast
    '[4000::1]', // not assigned
    '[5f00::1]', // segment routing
    '[e000::1]',
  ].map((host) => `http://${host}/latest/meta-data/`);

export type Canary = { port: number; host: string; connections(): number; stop(): Promise<void> };

/** A server on loopback, on IPv6 too where there is any, that only counts who knocks. */
export const startCanary = async (): Promise<Canary> => {
  const sockets = new Set<Socket>();
  let connections = 0;
  const knocked = (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nsecret');
  };
  const server = createServer(knocked);
  const ofIpv6 = createServer(knocked);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The canary has no port.');
  const { port } = address;
  await new Promise<void>((settled) => {
    ofIpv6.once('error', () => settled()); // no IPv6 here, or the port is taken: one perch less
    ofIpv6.listen({ port, host: '::1', ipv6Only: true }, settled);
  });

  return {
    port,
    host: `127.0.0.1:${port}`,
    connections: () => connections,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(
        [server, ofIpv6].map((each) => new Promise((closed) => each.close(closed))),
      );
    },
  };
};
