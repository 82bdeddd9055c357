import { describe, expect, it } from 'vitest';
import { failure } from '#lib/failure.ts';
import { editHarness, leaseMs } from '#test/support/edit-harness.ts';
import { eventually } from '#test/support/eventually.ts';

describe('an edit with two workers', () => {
  it('is paid for once, although its message is delivered five times, some of them at once', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start();
    let answer = () => {};
    harness.next(async () => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { ok: true, image: Buffer.from('slow'), provider: 'test', model: 'm', durationMs: 1 };
    });

    const first = harness.run(harness.message());
    const others = await Promise.allSettled([2, 3].map(() => harness.run(harness.message())));
    expect(others).toMatchObject([
      { status: 'rejected', reason: { name: 'LeaseHeldError', retryAfterSeconds: 31 } },
      { status: 'rejected', reason: { name: 'LeaseHeldError' } },
    ]);
    answer();
    await first;
    await harness.run(harness.message());
    await harness.run(harness.message());

    expect(harness.calls).toHaveLength(1);
    expect(await harness.seen(edit)).toMatchObject({ status: 'COMPLETED' });
  });

  it('is not changed by a worker whose lease another has acquired', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start();
    let answer = () => {};
    harness.next(
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

    const late = harness.run(harness.message());
    await expect(harness.run(harness.message())).rejects.toThrow('Another worker');
    harness.pass(leaseMs + 1);
    await harness.run(harness.message(), { attempts: 2 });
    const before = await harness.seen(edit);
    answer();
    await late;

    expect(before).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect(await harness.seen(edit)).toEqual(before);
  });

  it('is left by a slow worker to the one with the lease', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start();
    const waits = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    for (const { promise } of waits)
      harness.next(async () => {
        await promise;
        return failure('refused', 'Refused.');
      });

    const slow = harness.run(harness.message());
    await eventually(() => expect(harness.calls).toHaveLength(1));
    harness.pass(leaseMs + 1);
    const current = harness.run(harness.message(), { attempts: 2 });
    await eventually(() => expect(harness.calls).toHaveLength(2));
    waits[0]?.resolve();
    await slow;

    expect(await harness.seen(edit)).toMatchObject({ status: 'PROCESSING', attempts: 2 });
    waits[1]?.resolve();
    await current;
    expect(await harness.seen(edit)).toMatchObject({ status: 'FAILED', reason: 'Refused.' });
  });

  it('is not paid for by a worker that lost the lease before it called the provider', async () => {
    const harness = await editHarness();
    await harness.start();
    const { promise, resolve } = Promise.withResolvers<void>();
    const { prepare } = harness.deps;
    const slowly: typeof prepare = async (bytes, limits) => {
      await promise;
      return prepare(bytes, limits);
    };

    const slow = harness.run(harness.message(), { as: { prepare: slowly } });
    await expect(harness.run(harness.message())).rejects.toThrow('Another worker');
    harness.pass(leaseMs + 1);
    await harness.run(harness.message(), { attempts: 2 });
    resolve();

    await expect(slow).rejects.toThrow('Another worker');
    expect(harness.calls).toHaveLength(1);
  });

  it('is not given up while another worker has the lease', async () => {
    const harness = await editHarness();
    const { edit } = await harness.start();
    let answer = () => {};
    harness.next(async () => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { ok: true, image: Buffer.from('x'), provider: 'test', model: 'm', durationMs: 1 };
    });
    const first = harness.run(harness.message());
    await expect(harness.run(harness.message(), { attempts: 8 })).rejects.toThrow();

    await harness.giveUp(harness.message());
    expect(await harness.seen(edit)).toMatchObject({ status: 'PROCESSING' });
    answer();
    await first;

    expect(await harness.seen(edit)).toMatchObject({ status: 'COMPLETED' });
  });
});
