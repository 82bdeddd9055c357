// npm run dev:faults: npm start in bad weather. Messages come several times, late and in another
// order, S3 and DynamoDB fail now and then, and workers are killed at work.
process.env['FAULTS'] ??= 'hostile';
process.env['WORKERS'] ??= 'forked'; // only a process of its own can be killed alone
await import('#infra/local/start.ts');

export {}; // a module, so that it may wait
