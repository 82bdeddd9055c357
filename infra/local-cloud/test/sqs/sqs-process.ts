// Runs SQS in a process of its own, so that a test can kill it. Its argument: options as JSON.
import { startSqs } from '../../emulators/sqs/start-sqs.ts';
import { account } from './account.ts';

const [options = '{}'] = process.argv.slice(2);
const { url } = await startSqs({
  port: 0,
  ...account,
  ...JSON.parse(options),
});
console.log(url);
