import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { ToolMissingError } from '#infra/cli/run-command.ts';
import { type BenchStack, startBenchStack } from '../support/bench-stack.ts';
import { startFastapiService } from '../support/fastapi-service.ts';
import { drawnPhoto } from '../support/photo.ts';
import { type Part, say } from '../support/report.ts';
import { openUploadClient, type UploadClient } from '../support/upload-client.ts';

const lengths = {
  short: { warmUp: 8, rounds: 3, each: 10 },
  full: { warmUp: 40, rounds: 5, each: 40 },
};
const clientsAtOnce = 4;

type Service = {
  clients: UploadClient[];
  /** Whether every picture that was uploaded is done; throws if one has failed. */
  isIdle: (uploaded: number) => Promise<boolean>;
  uploaded: number;
};

/** Pictures a second from the first upload until the last picture is done, with four clients. */
export const throughput: Part = {
  name: 'throughput',
  run: async (length) => {
    const { warmUp, rounds, each } = lengths[length];
    const photo = await drawnPhoto();
    const python = await startFastapiService().catch((error: unknown) => {
      if (!(error instanceof ToolMissingError)) throw error;
      say(error.message);
      return undefined;
    });
    const stack = await startBenchStack();
    const serviceAt = (baseUrl: string, isIdle: Service['isIdle']): Service => ({
      clients: Array.from({ length: clientsAtOnce }, () =>
        openUploadClient(() => ({ url: `${baseUrl}/api/images`, taken: 202 }), photo),
      ),
      isIdle,
      uploaded: 0,
    });
    const darkroom = serviceAt(stack.baseUrl, hasNoneLeft(stack));
    const fastapi = python && serviceAt(python.url, hasCounted(python.url));
    const countsAll = hasCounted(stack.baseUrl);
    const values = { darkroom: [] as number[], fastapi: [] as number[], lag: [] as number[] };
    try {
      await picturesPerSecond(darkroom, Math.ceil(warmUp / clientsAtOnce));
      if (fastapi) await picturesPerSecond(fastapi, 2);
      for (let round = 0; round < rounds; round++) {
        values.darkroom.push(await picturesPerSecond(darkroom, each));
        values.lag.push(await millisecondsUntil(() => countsAll(darkroom.uploaded)));
        if (fastapi) values.fastapi.push(await picturesPerSecond(fastapi, each));
      }
    } finally {
      for (const { close } of [...darkroom.clients, ...(fastapi?.clients ?? [])]) close();
      await Promise.all([stack.stop(), python?.stop()]);
    }
    const unit = 'pictures/s';
    return {
      title: 'Throughput with four clients',
      how:
        `${clientsAtOnce} clients each upload ${each} times one 12-megapixel JPEG of ` +
        `${(photo.length / 1e6).toFixed(1)} MB, from the first upload until the last picture is ` +
        'counted as done; our counters follow about a second later. The stand-in is test/bench/fastapi-service: FastAPI, SQLite, and one thread with ' +
        'Pillow, of the shape that Darkroom replaces. Its pictures a second are compared with ' +
        `Darkroom's: at most 0.435 of them, so that Darkroom makes 2.3 times as many.`,
      figures: [
        { what: 'Darkroom', values: values.darkroom, unit },
        { what: 'until its counters follow', values: values.lag, unit: 'ms', atMost: 2000 },
        ...(fastapi
          ? [
              {
                what: 'FastAPI and Pillow',
                values: values.fastapi,
                unit,
                against: { what: 'Darkroom', values: values.darkroom, atMost: 0.435 },
              },
            ]
          : []),
      ],
    };
  },
};

const Stats = z.object({ data: z.looseObject({ done: z.int(), failed: z.int() }) });
const Images = z.array(z.unknown());

/** By counters: the stand-in counts when it is asked. */
const hasCounted =
  (baseUrl: string): Service['isIdle'] =>
  async (uploaded) => {
    const { data } = Stats.parse(await (await fetch(`${baseUrl}/api/stats`)).json());
    if (data.failed > 0) throw new Error(`${data.failed} pictures failed.`);
    return data.done >= uploaded;
  };

/** By the records themselves: counters follow about a second later. */
const hasNoneLeft = ({ requestData }: BenchStack): Service['isIdle'] => {
  const some = async (status: string) =>
    Images.parse(await requestData(`/api/images?limit=1&status=${status}`)).length > 0;
  return async () => {
    if ((await some('queued')) || (await some('processing'))) return false;
    if (await some('failed')) throw new Error('A picture failed.');
    return true;
  };
};

const millisecondsUntil = async (isReached: () => Promise<boolean>): Promise<number> => {
  const startedAt = performance.now();
  while (!(await isReached())) await wait(50);
  return performance.now() - startedAt;
};

const picturesPerSecond = async (service: Service, each: number): Promise<number> => {
  const startedAt = performance.now();
  await Promise.all(
    service.clients.map(async ({ upload }) => {
      for (let nth = 0; nth < each; nth++) await upload();
    }),
  );
  const count = each * service.clients.length;
  service.uploaded += count;
  await millisecondsUntil(() => service.isIdle(service.uploaded));
  return count / ((performance.now() - startedAt) / 1000);
};
