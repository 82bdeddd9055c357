/** Whose queues the tests use. */
export const account = { region: 'eu-west-1', accountId: '123456789012' };
