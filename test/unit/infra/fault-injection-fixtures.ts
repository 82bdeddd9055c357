import type { Caller } from '#test/faults/proxy/calls.ts';
import { seededRandom } from '#test/faults/proxy/chance.ts';
import { openFailpoints } from '#test/faults/proxy/failpoints.ts';
import {
  type Fault,
  type FaultConfig,
  noFaults,
  type Service,
} from '#test/faults/proxy/fault-config.ts';
import { startProxy } from '#test/faults/proxy/proxy.ts';
import { openReceived } from '#test/faults/proxy/received-messages.ts';

export const place = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'any', secretAccessKey: 'secret' },
  maxAttempts: 1,
};

export const running: { stop(): Promise<void> }[] = [];

/** A proxy before an emulator, which injects these faults, and the callers that it killed. */
export const startFaultProxy = async (
  service: Service,
  port: number,
  faults: Partial<FaultConfig> = {},
) => {
  const failpoints = openFailpoints();
  const received = openReceived();
  const killed: Caller[] = [];
  const down = new Set<Service>();
  const proxy = await startProxy(service, port, {
    faultConfig: () => ({ ...noFaults, slowMs: 1, ...faults }),
    isDown: (one) => down.has(one),
    chance: seededRandom(1),
    failpoints,
    received,
    kill: (caller) => killed.push(caller),
  });
  running.push({
    stop: async () => {
      failpoints.removeAll();
      await proxy.stop();
    },
  });
  return { url: proxy.url, failpoints, received, killed, down };
};

export const always = (fault: Fault) => ({ dynamodb: 1, s3: 1, sqs: 1, faults: [fault] });
