import { afterAll, describe, expect, it } from 'vitest';
import { startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { tinyProject } from './tiny-project.ts';

const tiny = tinyProject();
afterAll(() => tiny.remove());

describe('a start of the embedded stack that cannot succeed', { timeout: 90_000 }, () => {
  const failing = (env: Record<string, string>) =>
    startEmbeddedStack({ project: tiny.folder, env });

  it('names every setting that is wrong', async () => {
    await expect(failing({ SWEEP_MINUTES: 'never', PIPELINE_CONCURRENCY: '0' })).rejects.toThrow(
      /SWEEP_MINUTES=never: must be .*\nPIPELINE_CONCURRENCY=0: must be/,
    );
  });

  it('names the function that cannot be loaded, and why', async () => {
    const broken = tinyProject();
    broken.write('functions/work.ts', `throw new Error('COLOUR=blue: must be red');`);

    await expect(startEmbeddedStack({ project: broken.folder })).rejects.toThrow(
      'The function work could not be loaded:\nCOLOUR=blue: must be red',
    );
    broken.remove();
  });

  it('names the missing file of a handler', async () => {
    const broken = tinyProject();
    broken.write('serverless.yml', broken.serverless.replace('functions/sweep', 'functions/gone'));

    await expect(startEmbeddedStack({ project: broken.folder })).rejects.toThrow(
      'serverless.yml names a handler in functions/gone.ts, which is not there.',
    );
    broken.remove();
  });
});
