import { createServer, Server } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { checkPorts, PortUnavailableError } from '#infra/local-cloud/launcher/ports.ts';
import { freePorts } from '#test/support/embedded-stack.ts';

it('the port check names each port that is taken, and the setting that changes it', async () => {
  const [taken = 0, free = 0] = await freePorts(2);
  const server = createServer().listen(taken, '127.0.0.1');

  const check = checkPorts(
    [
      { port: taken, setting: 'S3_PORT', serves: 'the embedded S3' },
      { port: free, setting: 'PORT', serves: 'the API' },
    ],
    'npm start',
  );

  await expect(check).rejects.toThrow(PortUnavailableError);
  await expect(check).rejects.toThrow(
    `Port ${taken}, for the embedded S3, is taken by another program. Stop that program, or ` +
      `choose another port: S3_PORT=${taken + 10_000} npm start`,
  );
  server.close();
});

it('the port check waits a moment for a stack that is just closing its ports', async () => {
  const [port = 0] = await freePorts(1);
  const server = createServer().listen(port, '127.0.0.1');
  setTimeout(() => server.close(), 200);

  await expect(
    checkPorts([{ port, setting: 'PORT', serves: 'the API' }], 'npm start'),
  ).resolves.toBeUndefined();
});

it.each([
  ['EACCES', 'is one that the system does not allow (EACCES)'],
  ['EADDRNOTAVAIL', 'cannot be opened (EADDRNOTAVAIL)'],
])(
  'the port check does not mistake %s for another program, and does not wait for it',
  async (code, reason) => {
    // The tests may run as root.
    const listening = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (
      this: Server,
    ) {
      process.nextTick(() => this.emit('error', Object.assign(new Error(code), { code })));
      return this;
    });
    onTestFinished(() => listening.mockRestore());

    const check = checkPorts([{ port: 80, setting: 'PORT', serves: 'the API' }], 'npm start');

    await expect(check).rejects.toThrow(
      `Port 80, for the API, ${reason}. Choose another port: PORT=10080 npm start`,
    );
    expect(listening).toHaveBeenCalledOnce();
  },
);
