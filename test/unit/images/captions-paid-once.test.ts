import { describe, expect, it } from 'vitest';
import { statusOf } from '#lib/images/image.ts';
import type { StepMessage } from '#lib/images/messages.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { aCaption, appHarness } from '#test/support/app-harness.ts';

/** An app whose model answers on request, and counts what is paid for. */
const withSlowModel = () => {
  const app = appHarness();
  const pending: (() => void)[] = [];
  let paid = 0;
  app.deps.describe = async () => {
    paid++;
    await new Promise<void>((answer) => pending.push(answer));
    return { ok: true, caption: aCaption };
  };
  /** Works on the messages of all other steps, and returns those that ask for captions. */
  const upToCaptions = async (...texts: string[]): Promise<StepMessage[]> => {
    for (const text of texts) await app.register((await app.upload(text)).key);
    const captions: StepMessage[] = [];
    for (let next = app.deps.stepQueues.messages.shift(); next; ) {
      if (next.step === 'caption') captions.push(next.message);
      else await app.work(next.step, next.message);
      next = app.deps.stepQueues.messages.shift();
    }
    return captions;
  };
  return {
    app,
    upToCaptions,
    paid: () => paid,
    /** Delivers a message so many times at once, and lets the model answer when all have asked. */
    deliver: async (messages: readonly StepMessage[], times: number) => {
      const works = messages.flatMap((message) =>
        Array.from({ length: times }, () => app.work('caption', message)),
      );
      const ends = Promise.allSettled(works);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      for (const answer of pending.splice(0)) answer();
      return (await ends).flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    },
  };
};

describe('a caption is paid for once', () => {
  it('when its message is delivered ten times at once: the copies are retried later', async () => {
    const { app, upToCaptions, deliver, paid } = withSlowModel();
    const [message] = await upToCaptions('a picture');
    if (!message) throw new Error('No caption was requested.');

    const errors = await deliver([message], 10);

    expect(paid()).toBe(1);
    expect(errors).toHaveLength(9);
    for (const error of errors) expect(error).toBeInstanceOf(RetryLaterError);
    expect((await app.image(message.image_id)).caption).toEqual(aCaption);
    expect(await deliver([message], 10)).toEqual([]);
    expect(paid()).toBe(1);
  });

  it('for thirty pictures whose messages are delivered one to ten times', async () => {
    const { app, upToCaptions, deliver, paid } = withSlowModel();
    const messages = await upToCaptions(...Array.from({ length: 30 }, (_, n) => `picture ${n}`));
    expect(messages).toHaveLength(30);

    for (const [n, message] of messages.entries()) await deliver([message], 1 + (n % 10));

    expect(paid()).toBe(30);
    for (const { image_id } of messages) expect(statusOf(await app.image(image_id))).toBe('done');
  });

  it('for equal pictures that are described at once, which all get it', async () => {
    const { app, upToCaptions, deliver, paid } = withSlowModel();
    const messages = await upToCaptions('the same', 'the same', 'the same');
    expect(messages).toHaveLength(3);

    await deliver(messages, 2);
    await deliver(messages, 1);

    expect(paid()).toBe(1);
    for (const { image_id } of messages)
      expect((await app.image(image_id)).caption).toEqual(aCaption);
  });

  it('and waited for shortly at first, then until the lease of its worker ends', async () => {
    const { app, upToCaptions } = withSlowModel();
    const [message] = await upToCaptions('a picture');
    if (!message) throw new Error('No caption was requested.');
    void app.work('caption', message);
    await new Promise(setImmediate);

    const retried = (attempts: number) => app.work('caption', message, attempts).catch((e) => e);

    expect(await retried(1)).toMatchObject({ retryAfterSeconds: undefined });
    expect(await retried(2)).toMatchObject({
      retryAfterSeconds: expect.closeTo(app.deps.captionLeaseMs / 1000 + 1, 0),
    });
  });

  it('and once more where the worker was killed: when its lease has ended', async () => {
    const { app, upToCaptions, deliver, paid } = withSlowModel();
    const [message] = await upToCaptions('a picture');
    if (!message) throw new Error('No caption was requested.');
    const { renditionSet } = await app.image(message.image_id);
    if (!renditionSet) throw new Error('The picture has no thumbnails.');
    const now = app.deps.now();
    const until = new Date(now.getTime() + app.deps.captionLeaseMs);
    await app.deps.renditionSets.leaseCaption(renditionSet, { now, until }); // and is killed

    expect(await deliver([message], 3)).toHaveLength(3);
    app.pass(app.deps.captionLeaseMs);
    await deliver([message], 3);

    expect(paid()).toBe(1);
    expect((await app.image(message.image_id)).caption).toEqual(aCaption);
  });

  it('and asked for again at once where the model could not answer', async () => {
    const { app, upToCaptions } = withSlowModel();
    const [message] = await upToCaptions('a picture');
    if (!message) throw new Error('No caption was requested.');
    app.deps.describe = async () => {
      throw new RetryLaterError('The model is busy.');
    };
    await expect(app.work('caption', message)).rejects.toThrow('The model is busy.');

    app.deps.describe = async () => ({ ok: true, caption: aCaption });
    await app.work('caption', message);

    expect((await app.image(message.image_id)).caption).toEqual(aCaption);
  });
});
