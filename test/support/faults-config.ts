import { z } from 'zod';
import {
  type Failpoint,
  Failpoint as FailpointSchema,
  type FaultConfigChange,
} from '#test/faults/proxy/fault-config.ts';
import { freePorts } from './embedded-stack.ts';
import { eventually } from './eventually.ts';
import { waitMs } from './faults-timeouts.ts';

const TriggeredFailpoint = z.object({
  worker: z.string(),
  call: z.string(),
  nth: z.int(),
  when: z.enum(['before', 'after']),
  what: z.enum(['kill', 'hold']),
});
export type TriggeredFailpoint = z.infer<typeof TriggeredFailpoint>;

const Report = z.object({
  seed: z.int(),
  waiting: z.array(FailpointSchema),
  triggered: z.array(TriggeredFailpoint),
  held: z.array(TriggeredFailpoint),
  calls: z.record(z.string(), z.array(z.string())),
  received: z.record(z.string(), z.record(z.string(), z.int())),
  times: z.record(z.string(), z.record(z.string(), z.int())),
});

/** Changes the faults of a stack that was started with fault injection, at its FAULTS_PORT. */
export const faultControlAt = (url: string) => {
  const call = async (method: string, path: string, content?: unknown) => {
    const body = content === undefined ? {} : { body: JSON.stringify(content) };
    const response = await fetch(`${url}${path}`, { method, ...body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
    return Report.parse(JSON.parse(text));
  };
  const report = () => call('GET', '/');
  return {
    report,
    change: (change: FaultConfigChange) => call('PATCH', '/', change),
    /** Removes all faults, copies and delays; the time scale stays as it was. */
    clear: () =>
      call('PATCH', '/', {
        s3: 0,
        dynamodb: 0,
        sqs: 0,
        kills: 0,
        copies: 1,
        delaySeconds: 0,
        broken: [],
        down: { s3: 0, dynamodb: 0, sqs: 0 },
      }),
    add: (...failpoints: z.input<typeof FailpointSchema>[]) =>
      call('POST', '/failpoints', failpoints),
    release: () => call('DELETE', '/held'),
    removeAll: () => call('DELETE', '/failpoints'),
    /** Waits until a call is held; returns it. */
    held: (within = waitMs): Promise<TriggeredFailpoint> =>
      eventually(
        async () => {
          const { held, waiting } = await report();
          const [one] = held;
          if (!one) throw new Error(`No call is held; waiting: ${JSON.stringify(waiting)}`);
          return one;
        },
        { within },
      ),
  };
};

/** The settings of a stack without faults until a test changes that, and what changes it. */
export const noFaultsYet = async () => {
  const [port] = await freePorts(1);
  const env = {
    FAULTS_RATE: '0',
    FAULTS_COPIES: '1',
    FAULTS_DELAY_SECONDS: '0',
    FAULTS_KILLS: '0',
    FAULTS_PORT: String(port),
  };
  const faultsUrl = `http://127.0.0.1:${port}`;
  return { env, faultsUrl, faultControl: faultControlAt(faultsUrl) };
};

export type FaultControl = ReturnType<typeof faultControlAt>;
export type { Failpoint };
