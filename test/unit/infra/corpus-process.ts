// A process for corpus-processes.test.ts, which does what the name of its file says.
import { type Done, Task } from '#test/corpus/tasks.ts';

const used = { cpuMs: 1, peakBeforeBytes: 10, peakBytes: 10 };

process.on('message', (message) => {
  const { name } = Task.parse(message);
  if (name === 'hangs') for (;;);
  if (name === 'crashes') process.kill(process.pid, 'SIGKILL');
  if (name === 'complains') {
    process.stderr.write('It hurts.\n', () => process.exit(3));
    return;
  }
  const peakBytes = name === 'grows' ? 1000 : 10;
  // The process id as a reason: so that a test sees who did it.
  const done: Done = {
    endings: [
      { way: 'drop', status: 'done', reasons: [`${process.pid}`], faults: [], ...used, peakBytes },
    ],
  };
  process.send?.(done);
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
