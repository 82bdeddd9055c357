import type { Exception } from './permissions.ts';

/** What a function may do although the e2e suite on ministack never shows that it does. */
export const permissionExceptions: readonly Exception[] = [
  ...['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
    action,
    reason: 'Lambda itself writes the log, by the role of the function.',
  })),
  ...['sqs:ReceiveMessage', 'sqs:DeleteMessage'].map((action) => ({
    action,
    reason: 'Lambda itself takes messages from a queue, by the role of the function.',
  })),
  {
    action: 'kms:Decrypt',
    reason: 'SSM decrypts a SecureString by the role of the function; ministack asks for no key.',
  },
];
