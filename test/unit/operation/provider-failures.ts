import { describeWithSettings } from '#lib/ai/describe-picture.ts';
import { editWithSettings } from '#lib/ai/edit-picture.ts';
import { pictureRefusals } from '#lib/ai/messages.ts';
import { editErrorCode } from '#lib/edits/edit.ts';
import { EditMessage } from '#lib/edits/edits.ts';
import { giveUpOnEdit } from '#lib/edits/give-up.ts';
import type { RunDeps } from '#lib/edits/run-edit.ts';
import { refusal } from '#lib/images/picture.ts';
import { maxReceiveCount } from '#lib/queue/consumer.ts';
import { editLog } from '#lib/queue/edit-log.ts';
import type { CaptionBehaviour } from '#test/support/caption-server.ts';
import { startCaptionServer } from '#test/support/caption-server.ts';
import { drawnJpeg } from '#test/support/drawn-pictures.ts';
import { editHarness } from '#test/support/edit-harness.ts';
import type { EditBehaviour } from '#test/support/edit-server.ts';
import { startEditServer } from '#test/support/edit-server.ts';
import { anImage } from '#test/support/image-builder.ts';
import type { FailureCase } from './failure-case.ts';
import { runStep } from './image-failures.ts';
import { deliver } from './worker.ts';

/** Of a provider: short only for one that never answers, so that a slow machine does not matter. */
const timeoutMs = ({ is }: { is: string }) => (is === 'silent' ? 300 : 20_000);

/** Has a caption written by a server that behaves so. */
const caption =
  (behaviour: CaptionBehaviour, attempts = 1): FailureCase['happens'] =>
  async () => {
    const server = await startCaptionServer({ behaviour });
    const picture = await drawnJpeg({ width: 60 });
    try {
      return await runStep(
        'caption',
        (deps) => {
          const { derived } = deps;
          Object.assign(derived, { read: async () => picture });
          deps.describe = describeWithSettings(async () => ({
            ...{ provider: 'openai-compatible', baseUrl: server.url, model: 'a-model' },
            ...{ apiKey: 'a-key', timeoutMs: timeoutMs(behaviour) },
          }));
        },
        attempts,
      );
    } finally {
      await server.stop();
    }
  };

const step = {
  where: 'image `done`, step `caption` failed',
  code: 'provider_refused',
  log: 'ERROR caption: message handled',
  metric: 'ProviderCalls outcome=refused',
  alarm: 'ProviderFailuresAlarm',
} as const;
const outage = {
  ...step,
  code: 'retries_exhausted',
  log: 'ERROR caption: message given up',
  metric: 'ProviderCalls outcome=unavailable',
} as const;

const captionCases: FailureCase[] = [
  {
    ...step,
    what: 'a caption provider does not take the key (401)',
    happens: caption({ is: 'failing', status: 401 }),
  },
  {
    ...step,
    what: 'it does not know the model (404)',
    happens: caption({ is: 'failing', status: 404 }),
  },
  {
    ...step,
    what: 'a caption provider declines the picture',
    ...{
      log: 'WARN caption: message handled',
      metric: 'ProviderCalls outcome=answered',
      alarm: null,
    },
    happens: caption({ is: 'refusing' }),
  },
  {
    ...outage,
    what: 'a caption provider fails eight times: it is busy (429)',
    happens: caption({ is: 'failing', status: 429 }, maxReceiveCount),
  },
  {
    ...outage,
    what: 'it is down (503)',
    happens: caption({ is: 'failing', status: 503 }, maxReceiveCount),
  },
  {
    ...outage,
    what: 'it is silent',
    happens: caption({ is: 'silent' }, maxReceiveCount),
  },
  {
    ...outage,
    what: 'a caption provider is busy for a moment',
    ...{ where: 'step stays `pending`', code: null, log: 'WARN caption: message retried' },
    happens: async () => ({
      ...(await caption({ is: 'failing', status: 429 })()),
      ...{ code: null, reason: null },
    }),
  },
];

type Harness = Awaited<ReturnType<typeof editHarness>>;

type EditOptions = {
  attempts?: number;
  before?: (harness: Harness) => unknown;
  as?: Partial<RunDeps>;
};

/** Has an edit made by a server that behaves so. */
const edit =
  (behaviour: EditBehaviour, { attempts = 1, before, as }: EditOptions = {}) =>
  async () => {
    const server = await startEditServer({ behaviour });
    const harness = await editHarness();
    const { edit: started } = await harness.start();
    await before?.(harness);
    const editPicture = editWithSettings(async () => ({
      ...{ provider: 'openai', baseUrl: server.url, model: 'a-model' },
      ...{ apiKey: 'a-key', timeoutMs: timeoutMs(behaviour) },
    }));
    const picture = await drawnJpeg({ width: 60 });
    const prepare = async () =>
      ({ bytes: picture, contentType: 'image/jpeg', width: 60, height: 45 }) as const;
    try {
      await deliver(
        EditMessage,
        harness.message(),
        {
          work: (message, delivery) =>
            harness.run(message, { ...delivery, as: { editPicture, prepare, ...as } }),
          giveUp: (message, last) => giveUpOnEdit(message, last, harness.deps),
          log: editLog({ pictureKinds: pictureRefusals }),
        },
        attempts,
      );
    } finally {
      await server.stop();
    }
    const ended = (await harness.deps.edits.find(started.editId))?.edit;
    if (ended?.status !== 'FAILED') throw new Error(`The edit is ${ended?.status}.`);
    return { code: editErrorCode(ended), reason: ended.reason };
  };

const failedEdit = {
  where: 'edit `FAILED`',
  code: 'provider_refused',
  log: 'ERROR edit: message handled',
  metric: 'ProviderCalls outcome=refused',
  alarm: 'ProviderFailuresAlarm',
} as const;

const editCases: FailureCase[] = [
  {
    ...failedEdit,
    what: 'an edit provider has no credit left (429)',
    happens: edit({
      ...{ is: 'failing', status: 429 },
      body: { error: { code: 'insufficient_quota', message: 'You exceeded your quota.' } },
    }),
  },
  {
    ...failedEdit,
    what: 'an edit provider declines the edit',
    ...{ log: 'WARN edit: message handled', alarm: null },
    happens: edit({ is: 'refusing' }),
  },
  {
    ...failedEdit,
    what: 'an edit provider is silent: it may have been paid',
    ...{ code: 'response_lost', metric: 'ProviderCalls outcome=unavailable' },
    happens: edit({ is: 'silent' }),
  },
  {
    ...failedEdit,
    what: 'an edit provider is down (503), eight times',
    ...{ code: 'retries_exhausted', log: 'ERROR edit: message given up' },
    metric: 'ProviderCalls outcome=unavailable',
    happens: edit({ is: 'failing', status: 503 }, { attempts: maxReceiveCount }),
  },
  {
    ...failedEdit,
    what: 'the source of an edit is gone',
    ...{ code: 'source_missing', log: 'WARN edit: message handled', metric: null, alarm: null },
    happens: edit(
      { is: 'editing' },
      { before: ({ deps }) => deps.originals.remove(['uploads/1/beach.jpg']) },
    ),
  },
  {
    ...failedEdit,
    what: 'an edit provider answers with no picture',
    ...{ code: 'result_unusable', log: 'WARN edit: message handled', alarm: null },
    metric: 'ProviderCalls outcome=answered',
    happens: edit(
      { is: 'editing' },
      { as: { checkResult: async () => ({ refusal: refusal('damaged_file', 'It is damaged.') }) } },
    ),
  },
  {
    ...failedEdit,
    what: 'the result of an edit was deleted before the edit ended',
    ...{ code: 'result_deleted', log: 'WARN edit: message handled', metric: null, alarm: null },
    happens: edit(
      { is: 'editing' },
      {
        before: ({ deps, message }) => {
          const imageId = message().image_id;
          return deps.images.save(undefined, anImage({ imageId, deleted: 'gone' }));
        },
      },
    ),
  },
  {
    ...failedEdit,
    what: 'no worker took an edit for hours',
    ...{ code: 'edit_lost', metric: null, alarm: 'RunEditQueueAgeAlarm' },
    happens: edit({ is: 'editing' }, { before: ({ pass }) => pass(7 * 60 * 60_000) }),
  },
];

export const providerFailures: readonly FailureCase[] = [...captionCases, ...editCases];
