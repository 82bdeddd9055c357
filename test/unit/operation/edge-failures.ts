import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { startBatch } from '#lib/batches/start-batch.ts';
import { errorCodeNames, errorCodes } from '#lib/error-codes.ts';
import { toBatchView, toCsvCheckView } from '#lib/http/batch-view.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { PictureByUrl } from '#lib/http/image-requests.ts';
import { readForm } from '#lib/http/multipart.ts';
import { isJson, readJson } from '#lib/http/request.ts';
import { reply } from '#lib/http/route.ts';
import { startBatchRoute } from '#lib/http/routes/start-batch.ts';
import { uploadImageRoute } from '#lib/http/routes/upload-image.ts';
import { uploadReply } from '#lib/http/upload-reply.ts';
import { StepMessage } from '#lib/images/messages.ts';
import { type RefusalCode, refusal, refusalCodes } from '#lib/images/picture.ts';
import { uploadImage } from '#lib/images/upload-image.ts';
import { maxReceiveCount } from '#lib/queue/consumer.ts';
import { eventWebhookLog } from '#lib/queue/webhook-log.ts';
import { streamConsumer } from '#lib/stream/stream-consumer.ts';
import type { WebhookResponse } from '#lib/webhooks/attempt-delivery.ts';
import { DeliverEventMessage } from '#lib/webhooks/event-delivery.ts';
import { appHarness } from '#test/support/app-harness.ts';
import { batchHarness, requestId } from '#test/support/batch-harness.ts';
import { aContext, anHttpEvent } from '#test/support/http-events.ts';
import { linksTo } from '#test/support/links-builder.ts';
import { context } from '#test/support/sqs-events.ts';
import { anEvent, webhooksHarness } from '#test/support/webhooks-harness.ts';
import { type FailureCase, readFailure } from './failure-case.ts';
import { deliver } from './worker.ts';

const nothing = { code: null, reason: null };
const Answer = z.object({ error: z.string(), error_code: z.enum(errorCodeNames) });

/** What the client is answered to a body of this type. */
const post = async (
  handler: ReturnType<typeof endpoint>,
  { body, type }: { body: string | Uint8Array; type: string },
) => {
  const event = anHttpEvent({
    ...{ method: 'POST', path: '/api/images', body },
    headers: { 'content-type': type, 'x-request-id': 'a-request' },
  });
  const { error, error_code } = Answer.parse(JSON.parse((await handler(event, aContext())).body));
  return { code: error_code, reason: error };
};

const toForm = async (filename: string, contents: string) => {
  const form = new FormData();
  form.set('file', new Blob([contents]), filename);
  const encoded = new Response(form);
  return {
    body: new Uint8Array(await encoded.arrayBuffer()),
    type: encoded.headers.get('content-type') ?? '',
  };
};

const uploads = (app: ReturnType<typeof appHarness>) =>
  endpoint(uploadImageRoute, async ({ rawBody, baseUrl, requestId }) => {
    if (isJson(rawBody)) readJson(rawBody, PictureByUrl);
    const form = await readForm(rawBody, { maxBytes: 1000 });
    const images = await Promise.all(
      form.files.map((file) =>
        uploadImage({ ...file, uploadId: randomUUID(), requestId }, app.deps),
      ),
    );
    return uploadReply(images, form.warnings, await linksTo(baseUrl));
  });

const refuses = (code: RefusalCode, reason: string) => async () => {
  const app = appHarness();
  app.deps.inspect = async () => ({ refusal: refusal(code, reason) });
  const answered = await post(uploads(app), await toForm('a.jpg', 'x'));
  const [image] = app.deps.images.all();
  if (!image) throw new Error('Nothing was recorded.');
  const reported = readFailure(image);
  if (reported.reason !== answered.reason) throw new Error('The record says something else.');
  return reported;
};

const refused = {
  where: 'answer, image `failed`',
  log: 'WARN request answered',
  metric: 'Pictures status=failed',
  alarm: 'FailedPicturesAlarm',
} as const;
const answered = { ...refused, where: 'answer', metric: null, alarm: null };

export const requestFailures: readonly FailureCase[] = [
  ...refusalCodes.map((code) => ({
    ...{ ...refused, what: 'an upload is refused', code },
    happens: refuses(code, `${errorCodes[code].meaning}`),
  })),
  {
    ...{ ...answered, what: 'a form has too many bytes', code: 'request_too_large' },
    happens: async () => post(uploads(appHarness()), await toForm('a.jpg', 'x'.repeat(2000))),
  },
  {
    ...{ ...answered, what: 'a body is no JSON', code: 'invalid_json' },
    happens: () => post(uploads(appHarness()), { body: '{', type: 'application/json' }),
  },
  {
    ...{ ...answered, what: 'a CSV has errors', code: 'invalid_csv' },
    happens: () => {
      const { deps } = batchHarness();
      const handler = endpoint(startBatchRoute, async ({ baseUrl }) => {
        const file = { filename: 'a.csv', csv: Buffer.from('no,csv\n') };
        const started = await startBatch(
          { ...file, requestId, baseUrl, webhookUrl: undefined },
          deps,
        );
        return started.ok
          ? reply(202, toBatchView(started.batch, { products: 0, images: 0, failed: 0 }))
          : reply(422, toCsvCheckView(started.check), {
              ...{ error: started.reason, errorCode: 'invalid_csv' },
            });
      });
      return post(handler, { body: '', type: 'text/csv' });
    },
  },
  {
    ...{ ...answered, what: 'a function of the API throws', code: 'internal_error' },
    ...{ log: 'ERROR request failed', alarm: 'ApiFaultsAlarm' },
    happens: () => {
      const app = appHarness();
      app.deps.inspect = () => Promise.reject(new Error('The bucket is gone.'));
      return toForm('a.jpg', 'x').then((form) => post(uploads(app), form));
    },
  },
];

/** Delivers an event to a receiver that answers so, as often as its schedule has attempts. */
const notify =
  (answer: WebhookResponse, { attempts = 1 } = {}) =>
  async () => {
    const harness = webhooksHarness();
    harness.receiver.answer = () => answer;
    await harness.create();
    await harness.notify(anEvent('evt_1'));
    for (let n = 0; n < attempts; n++) {
      const { message, delaySeconds } = harness.next();
      harness.pass(delaySeconds * 1000);
      const { work } = harness;
      await deliver(DeliverEventMessage, message, { work, log: eventWebhookLog });
    }
    const [webhook] = await harness.list();
    return { code: null, reason: webhook?.attempts[0]?.error ?? null };
  };

const ofWebhook = {
  where: '`attempts` of the webhook',
  code: null,
  log: 'WARN message handled',
  metric: null,
  alarm: null,
} as const;

export const otherFailures: readonly FailureCase[] = [
  {
    ...ofWebhook,
    what: 'a receiver of webhooks answers 503',
    happens: notify({ ok: false, status: 503, error: 'It answered 503.' }),
  },
  {
    ...ofWebhook,
    what: 'a receiver answers 410',
    happens: notify({ ok: false, status: 410, error: 'It answered 410.', gone: true }),
  },
  {
    ...ofWebhook,
    what: 'a receiver refuses every attempt',
    happens: notify({ ok: false, status: 401, error: 'It answered 401.' }, { attempts: 3 }),
  },
  {
    ...{ what: 'a message cannot be read', where: 'nothing', code: null },
    ...{ log: 'ERROR message given up', metric: null, alarm: 'MakeThumbnailsDlqDepthAlarm' },
    happens: async () => {
      const work = async () => undefined;
      await deliver(StepMessage, 'no JSON', { work, giveUp: work }, maxReceiveCount);
      return nothing;
    },
  },
  {
    ...{ what: 'project-changes throws', where: 'counters and events are late' },
    ...{ code: null, log: 'ERROR changes not projected', metric: null },
    alarm: 'ProjectChangesIteratorAgeAlarm',
    happens: async () => {
      const project = streamConsumer(() => Promise.reject(new Error('The table is gone.')));
      const change = {
        eventSourceARN: 'arn:aws:dynamodb:us-east-1:000000000000:table/images/stream/1',
        dynamodb: { SequenceNumber: '1', ApproximateCreationDateTime: 0, Keys: {} },
      };
      await project({ Records: [change] }, context).catch(() => undefined);
      return nothing;
    },
  },
];
