import { describe, expect, it } from 'vitest';
import { failure } from '#lib/failure.ts';
import { anEditDesk, leaseMs } from '#test/support/edit-harness.ts';
import { eventually } from '#test/support/eventually.ts';

describe('an edit that two workers have', () => {
  it('is paid for once, although its message comes five times, some of them at once', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start();
    let answer = () => {};
    desk.next(async () => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { ok: true, image: Buffer.from('slow'), provider: 'test', model: 'm', durationMs: 1 };
    });

    const first = desk.run(desk.message());
    const others = await Promise.allSettled([2, 3].map(() => desk.run(desk.message())));
    expect(others).toMatchObject([
      { status: 'rejected', reason: { name: 'EditTaken', retryAfterSeconds: 31 } },
      { status: 'rejected', reason: { name: 'EditTaken' } },
    ]);
    answer();
    await first;
    await desk.run(desk.message());
    await desk.run(desk.message());

    expect(desk.calls).toHaveLength(1);
    expect(await desk.seen(edit)).toMatchObject({ status: 'COMPLETED' });
  });

  it('is not changed by a worker whose lease another has taken', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start();
    let answer = () => {};
    desk.next(
      async () => {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return failure('refused', 'The late one was refused.');
      },
      async () => ({
        ok: true,
        image: Buffer.from('second'),
        provider: 'test',
        model: 'm',
        durationMs: 1,
      }),
    );

    const late = desk.run(desk.message());
    await expect(desk.run(desk.message())).rejects.toThrow('Another worker');
    desk.pass(leaseMs + 1);
    await desk.run(desk.message(), { attempts: 2 });
    const before = await desk.seen(edit);
    answer();
    await late;

    expect(before).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect(await desk.seen(edit)).toEqual(before);
  });

  it('is left to the worker who has it now, by one that was too slow', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start();
    const waits = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    for (const { promise } of waits)
      desk.next(async () => {
        await promise;
        return failure('refused', 'Refused.');
      });

    const slow = desk.run(desk.message());
    await eventually(() => expect(desk.calls).toHaveLength(1));
    desk.pass(leaseMs + 1);
    const current = desk.run(desk.message(), { attempts: 2 });
    await eventually(() => expect(desk.calls).toHaveLength(2));
    waits[0]?.resolve();
    await slow;

    expect(await desk.seen(edit)).toMatchObject({ status: 'PROCESSING', attempts: 2 });
    waits[1]?.resolve();
    await current;
    expect(await desk.seen(edit)).toMatchObject({ status: 'FAILED', reason: 'Refused.' });
  });

  it('is not paid for by a worker that lost it before it could ask', async () => {
    const desk = await anEditDesk();
    await desk.start();
    const { promise, resolve } = Promise.withResolvers<void>();
    const { prepare } = desk.deps;
    const slowly: typeof prepare = async (bytes, limits) => {
      await promise;
      return prepare(bytes, limits);
    };

    const slow = desk.run(desk.message(), { as: { prepare: slowly } });
    await expect(desk.run(desk.message())).rejects.toThrow('Another worker');
    desk.pass(leaseMs + 1);
    await desk.run(desk.message(), { attempts: 2 });
    resolve();

    await expect(slow).rejects.toThrow('Another worker');
    expect(desk.calls).toHaveLength(1);
  });

  it('is not given up by one message while another worker is at it', async () => {
    const desk = await anEditDesk();
    const { edit } = await desk.start();
    let answer = () => {};
    desk.next(async () => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { ok: true, image: Buffer.from('x'), provider: 'test', model: 'm', durationMs: 1 };
    });
    const first = desk.run(desk.message());
    await expect(desk.run(desk.message(), { attempts: 8 })).rejects.toThrow();

    await desk.giveUp(desk.message());
    expect(await desk.seen(edit)).toMatchObject({ status: 'PROCESSING' });
    answer();
    await first;

    expect(await desk.seen(edit)).toMatchObject({ status: 'COMPLETED' });
  });
});
