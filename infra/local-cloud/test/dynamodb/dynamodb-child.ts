// Runs the emulator in a process of its own, so that a test can kill it. Argument: its folder.
import { startDynamodb } from '../../emulators/dynamodb/start-dynamodb.ts';

const running = await startDynamodb({ port: 0, folder: process.argv[2] });
process.once('SIGTERM', () => void running.stop().finally(() => process.exit()));
console.log(running.url);
