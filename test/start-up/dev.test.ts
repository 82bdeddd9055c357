import { afterAll, describe, expect, it } from 'vitest';
import { type EmbeddedStack, startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { eventually } from '#test/support/eventually.ts';
import { tinyProject } from './tiny-project.ts';

const tiny = tinyProject();
const stack: EmbeddedStack = await startEmbeddedStack({ project: tiny.folder, dev: true });
afterAll(async () => {
  await stack.stop();
  tiny.remove();
});

const echo = async () => (await fetch(`${stack.baseUrl}/api/echo`)).text();
const writeEcho = (text: string) =>
  tiny.write(
    'functions/echo.ts',
    `export const handler = async () => ({ statusCode: 200, body: ${text} });`,
  );

describe('npm run dev', { timeout: 60_000 }, () => {
  it('reloads a function when its file changes, and nothing else', async () => {
    const { pid, host } = stack.pids() ?? {};
    expect(await echo()).toContain('isBase64Encoded');

    writeEcho("'the second version'");

    await eventually(async () => expect(await echo()).toBe('the second version'));
    await eventually(() =>
      expect(stack.output()).toContain('reloaded after a change of functions/echo.ts'),
    );
    expect(stack.pids()).toMatchObject({ pid, host });
  });

  it('shows an error with its location, and continues with the last version', async () => {
    writeEcho("'broken");

    await eventually(() => expect(stack.output()).toMatch(/functions\/echo\.ts:1:\d+: ERROR/));
    expect(await echo()).toBe('the second version');

    tiny.write('functions/echo.ts', "throw new Error('cannot be loaded');");
    await eventually(() => expect(stack.output()).toContain('cannot be loaded'));
    expect(await echo()).toBe('the second version');

    writeEcho("'the third version'");
    await eventually(async () => expect(await echo()).toBe('the third version'));
  });
});
