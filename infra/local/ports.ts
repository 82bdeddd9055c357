import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { loopback } from './emulators/loopback.ts';

/** A port that somebody else listens on. The message says which setting changes it. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

export type Door = { port: number; setting: string; serves: string };

const patienceMs = 1500; // a stack that has just been stopped may still be closing its doors

/** Throws PortTaken, naming every door whose port is taken. */
export const checkPorts = async (doors: readonly Door[]): Promise<void> => {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const free = await Promise.all(doors.map(({ port }) => isFree(port)));
    const taken = doors.filter((_, index) => !free[index]);
    if (taken.length === 0) return;
    if (Date.now() > deadline) throw new PortTaken(taken.map(complaintOf).join('\n'));
    await wait(100);
  }
};

const complaintOf = ({ port, setting, serves }: Door): string =>
  `Port ${port}, for ${serves}, is taken by another program. Stop that program, or choose another ` +
  `port: ${setting}=${port + 10_000 > 65_535 ? port - 1 : port + 10_000} npm start`;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, loopback, () => server.close(() => resolve(true)));
  });
