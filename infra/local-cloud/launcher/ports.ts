import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A port that cannot be listened on. The message says why, and which setting changes it. */
export class PortUnavailableError extends Error {
  override readonly name = 'PortRefused';
}

export type PortUse = { port: number; setting: string; serves: string };

const retryForMs = 1500; // a stack that has just been stopped may still be closing its ports

/**
 * Throws PortUnavailableError, naming every port that cannot be opened, and how `command` is given
 * another one.
 */
export const checkPorts = async (uses: readonly PortUse[], command: string): Promise<void> => {
  const deadline = Date.now() + retryForMs;
  for (;;) {
    const refusals = await Promise.all(uses.map(({ port }) => probePort(port)));
    const complaints = uses.flatMap((use, index) =>
      describeConflict(use, command, refusals[index]),
    );
    if (complaints.length === 0) return;
    const mayPass = refusals.every((code) => code === undefined || code === taken);
    if (!mayPass || Date.now() > deadline) throw new PortUnavailableError(complaints.join('\n'));
    await wait(100);
  }
};

const taken = 'EADDRINUSE';

const describeConflict = (
  { port, setting, serves }: PortUse,
  command: string,
  code: string | undefined,
): string[] => {
  if (code === undefined) return [];
  const another = `${setting}=${port + 10_000 > 65_535 ? port - 1 : port + 10_000} ${command}`;
  return [`Port ${port}, for ${serves}, ${adviceOn(code)} another port: ${another}`];
};

const adviceOn = (code: string): string => {
  if (code === taken) return 'is taken by another program. Stop that program, or choose';
  // Those below 1024 without rights, and on Windows those that it has set aside.
  if (code === 'EACCES') return 'is one that the system does not allow (EACCES). Choose';
  return `cannot be opened (${code}). Choose`;
};

/** Why the system does not let us listen there, by its own code; undefined if it does. */
const probePort = (port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
