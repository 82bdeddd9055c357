import { createHash } from 'node:crypto';

/**
 * The name of a key in API Gateway. CloudFormation changes a key's value only by making another
 * key, and refuses that while the name stays the same: so the name carries a mark of the value. 32
 * bits of a hash tell keys apart, and of a random key nothing else. A key that AWS makes needs no
 * mark: it stays what it is.
 */
export const apiKeyName = (name: string, value: string | null | undefined): string =>
  value ? `${name}-${createHash('sha256').update(value).digest('hex').slice(0, 8)}` : name;
