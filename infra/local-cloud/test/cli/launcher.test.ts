import { describe, expect, it } from 'vitest';
import { newProject, runCommand } from './run-command.ts';

/** Makes the launcher's Node look like another one. */
const pretend = (property: 'versions' | 'arch' | 'execPath', value: string) =>
  `Object.defineProperty(process, '${property}', { value: ${value} });`;
const anOldNode =
  pretend('versions', "{ ...process.versions, node: '20.20.2' }") +
  pretend('execPath', "'/no/such/node'"); // so that it is not what runs the command

describe('the launcher of local-cloud', () => {
  it('runs the Node that npm has installed, where its own is older than 24', async () => {
    const { code, stdout, stderr } = await runCommand(newProject(''), ['--help'], anOldNode);

    expect(stderr).toBe('');
    expect(stdout).toContain('local-cloud template.yml [options]');
    expect(code).toBe(0);
  });

  it('says what to do where npm has no Node for this platform', async () => {
    const elsewhere = anOldNode + pretend('arch', "'riscv64'");

    const { code, stderr } = await runCommand(newProject(''), ['--help'], elsewhere);

    expect(stderr).toMatch(
      /^local-cloud needs Node 24 or newer\. .*riscv64: run npm ci, or install/,
    );
    expect(code).toBe(1);
  });
});
