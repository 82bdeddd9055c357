import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { checkPorts, PortTaken } from '#infra/local/ports.ts';
import { freePorts } from '#test/support/embedded-stack.ts';

it('names each port that is taken, and the setting that changes it', async () => {
  const [taken = 0, free = 0] = await freePorts(2);
  const server = createServer().listen(taken, '127.0.0.1');

  const check = checkPorts([
    { port: taken, setting: 'S3_PORT', serves: 'the embedded S3' },
    { port: free, setting: 'PORT', serves: 'the API' },
  ]);

  await expect(check).rejects.toThrow(PortTaken);
  await expect(check).rejects.toThrow(
    `Port ${taken}, for the embedded S3, is taken by another program. Stop that program, or ` +
      `choose another port: S3_PORT=${taken + 10_000} npm start`,
  );
  server.close();
});

it('waits a moment for a stack that is just closing its doors', async () => {
  const [port = 0] = await freePorts(1);
  const server = createServer().listen(port, '127.0.0.1');
  setTimeout(() => server.close(), 200);

  await expect(checkPorts([{ port, setting: 'PORT', serves: 'the API' }])).resolves.toBeUndefined();
});
