import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, it } from 'vitest';
import { createClient } from '#test/e2e/client.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { type EditBehaviour, startEditServer } from '#test/support/edit-server.ts';
import { anEditSession } from '#test/support/edit-session-builder.ts';
import { startEmbeddedStack } from '#test/support/embedded-stack.ts';
import { eventually } from '#test/support/eventually.ts';
import { killed } from '#test/support/killed.ts';

const open = async () => {
  const server = await startEditServer();
  const stack = await startEmbeddedStack({
    env: {
      CAPTION_PROVIDER: 'none',
      EDIT_PROVIDER: 'openai',
      EDIT_BASE_URL: server.url,
      EDIT_TIMEOUT_SECONDS: '6', // enough for a busy machine, and for the kill while the provider is silent
      LOCAL_VISIBILITY_SECONDS: '2',
    },
    workers: 'forked',
  });
  return { server, stack };
};

describe('edits whose workers are killed', async () => {
  const { server, stack } = await open();
  afterAll(async () => {
    await stack.stop();
    await server.stop();
  });
  const darkroom = createClient(stack);
  const session = anEditSession(darkroom.json);
  /** Kills all of them; tries again if the listed ones had ended by themselves. */
  const killWorkers = () =>
    eventually(async () =>
      expect((await stack.workerPids()).filter(killed).length).toBeGreaterThan(0),
    );
  /** Ensures that no process of the API is killed before it has responded. */
  const whenReady = () =>
    eventually(async () => expect((await darkroom.json('/api/health')).status).toBe(200));
  const again = async (editId: string) => {
    const message = { edit_id: editId, image_id: 'again', request_id: 'again' };
    await darkroom.sqs.send(
      new SendMessageCommand({
        QueueUrl: await darkroom.queueUrl('run-edit'),
        MessageBody: JSON.stringify(message),
      }),
    );
  };

  const resultsInStore = async () => {
    const { KeyCount = 0 } = await darkroom.s3.send(
      new ListObjectsV2Command({ Bucket: 'darkroom-dev-originals', Prefix: 'edits/' }),
    );
    return KeyCount;
  };

  const requestCount = (prompt: string) =>
    server.calls.filter((call) => call.prompt === prompt).length;

  /** When to kill: each waits until the step can be observed from outside, and no longer. */
  const moments: [
    string,
    EditBehaviour,
    (initId: string, storedBefore: number) => Promise<unknown>,
  ][] = [
    ['at once', { is: 'editing' }, async () => {}],
    [
      'when a worker has taken it',
      { is: 'editing', afterMs: 200 },
      async (initId) => expect((await session.process(initId)).status).not.toBe('PENDING'),
    ],
    [
      'when it is drawn',
      { is: 'editing' },
      async () => expect(requestCount('when it is drawn')).toBe(1),
    ],
    [
      'when the result is in the store',
      { is: 'editing' },
      async (_, storedBefore) => expect(await resultsInStore()).toBeGreaterThan(storedBefore),
    ],
    [
      'while all is silent',
      { is: 'silent' },
      async () => expect(requestCount('while all is silent')).toBe(1),
    ],
  ];

  it('end whenever the kill happens, and are never paid for again once they have ended', async () => {
    const bytes = await drawnJpeg({ width: 900, height: 700, seed: 92 });
    const { image_id } = await darkroom.uploadOne({ name: 'killed.jpg', bytes });
    const started: { initId: string; editId: string; prompt: string }[] = [];
    for (const [prompt, behaviour, hasReached] of moments) {
      await whenReady();
      const storedBefore = await resultsInStore();
      server.become(behaviour);
      const edit = await session.start({ source_url: image_id, prompt });
      started.push({ ...edit, prompt });
      await eventually(() => hasReached(edit.initId, storedBefore), { every: 2, within: 60_000 });
      await killWorkers();
    }
    server.become({ is: 'editing' });
    await whenReady();

    const edits = await Promise.all(started.map(({ initId }) => session.ended(initId, 120_000)));

    // An edit that two kills interrupted after payment is not requested a third time.
    for (const { status, error } of edits)
      if (status === 'FAILED') expect(error).toContain('may have been paid for');
    expect(edits.at(-1)).toMatchObject({ status: 'COMPLETED' });
    for (const { prompt } of started) expect(server.paidFor(prompt), prompt).toBeLessThanOrEqual(2);
    expect(server.paidFor('while all is silent')).toBe(1);
    const calls = server.calls.length;
    const paid = started.map(({ prompt }) => server.paidFor(prompt));
    for (const { editId } of [...started, ...started]) await again(editId);
    await eventually(
      () => {
        const lines = stack.output().split('\n');
        const handled = lines.filter((line) => line.includes('message handled'));
        expect(handled.filter((line) => line.includes('again')).length).toBeGreaterThanOrEqual(
          2 * started.length,
        );
      },
      { within: 60_000 },
    );
    expect(server.calls).toHaveLength(calls);
    expect(started.map(({ prompt }) => server.paidFor(prompt))).toEqual(paid);
  }, 300_000);
});
