import { version } from './version.ts';

/** Names who asks and, where it is known, the address to find out more at, as crawlers do (RFC 9110 §10.1.5). */
export const defaultUserAgent = (publicUrl?: string): string =>
  `Darkroom/${version}${publicUrl ? ` (+${publicUrl})` : ''}`;
