import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Whether an address belongs to the public internet. An allow-list: only global unicast counts, so
 * private, loopback, link-local, shared (100.64/10), unspecified, broadcast, multicast, reserved,
 * benchmarking, documentation and unique-local ranges do not, nor do ranges that ipaddr.js
 * does not know. An IPv4-mapped address is the IPv4 address that the system would connect to; every
 * other way to carry IPv4 in IPv6 (NAT64, 6to4, Teredo, IPv4-compatible, ISATAP) leads through an
 * unknown gateway to an address that cannot be verified, and is not public.
 *
 * Known gap: a network may translate to IPv4 behind a global prefix of its own (RFC 6052 §2.2), which
 * the address does not show.
 */
export const isPublic = (address: string): boolean => {
  // ipaddr.js also reads "127.1" and "0x7f000001"; a resolver's answer must be plain.
  if (!isIP(address)) return false;
  const parsed = ipaddr.process(address); // mapped addresses become IPv4
  if (parsed.range() !== 'unicast') return false;
  return !('parts' in parsed) || (isGlobalUnicast(parsed.parts) && !isIsatap(parsed.parts));
};

/** 2000::/3: all that IANA has allocated for global unicast (RFC 4291 §2.4, the IANA registry). */
const isGlobalUnicast = ([first = 0]: number[]): boolean => first >> 13 === 1;

/** `…:0:5efe:a.b.c.d` or `…:200:5efe:a.b.c.d` (RFC 5214 §6.1). */
const isIsatap = (parts: number[]): boolean =>
  (parts[4] === 0 || parts[4] === 0x200) && parts[5] === 0x5efe;
