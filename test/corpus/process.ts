// A process that works files through, one after another, for processes.ts, and measures itself.
import { flushCompileCache } from 'node:module';
import { onceParentIsGone } from '#infra/local-cloud/launcher/parent-watch.ts';
import { describePicture } from '#lib/ai/describe-picture.ts';
import { resolveCaptionProvider } from '#lib/ai/settings.ts';
import { type Done, Task } from './tasks.ts';
import { type CaptionTools, workThrough } from './work-through.ts';

const captionTimeoutMs = 60_000; // the server is ours: only a busy machine makes it slow

const captionTools = (url: string | undefined): CaptionTools => {
  const provider = resolveCaptionProvider({
    provider: url ? 'openai-compatible' : 'none',
    ...(url && { baseUrl: url, model: 'a-model' }),
    timeoutMs: captionTimeoutMs,
  });
  return { captioning: provider, describe: describePicture(provider) };
};

const tools = captionTools(process.argv[2]);

process.on('message', async (message) => {
  const done: Done = { endings: await workThrough(Task.parse(message), tools) };
  process.send?.(done);
});
process.once('disconnect', () => process.exit(0));
onceParentIsGone(() => process.exit(0));
flushCompileCache(); // it is killed, and would never write it
process.send?.('ready');
