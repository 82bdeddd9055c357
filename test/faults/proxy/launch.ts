// npm run dev:faults: npm start with fault injection. Messages come several times, late and in another
// order, S3 and DynamoDB fail occasionally, and workers are killed while they work.
import { launch } from '#infra/cli/start/launch.ts';
import { readFaultSettings } from './fault-settings.ts';
import { startFaultInjection } from './start-fault-injection.ts';

process.env['WORKERS'] ??= 'forked'; // only a separate process can be killed alone
const settings = readFaultSettings(process.env);
launch((ports, tools) => startFaultInjection(settings, ports, tools));
