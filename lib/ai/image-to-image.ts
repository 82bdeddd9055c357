import {
  InferenceClientHubApiError,
  InferenceClientInputError,
  imageToImage,
} from '@huggingface/inference';
import { z } from 'zod';
import type { EditPicture } from '#lib/edits/edit-picture.ts';
import { ProviderBusy } from '#lib/images/caption.ts';
import { type Answer, exchange, jsonOf, type Question, type Tools } from './ask-provider.ts';
import type { EditProvider } from './edit-settings.ts';
import { refuseErrorIn } from './error-in-answer.ts';
import { falQueueAnswer, isFalTicket } from './fal-queue.ts';
import { fetchPaid, pauseWithin } from './fetch-paid.ts';
import { isRouterPartner, partnerIn } from './hugging-face-partners.ts';
import {
  decodedPicture,
  isText,
  pictureAnswer,
  pictureFile,
  pictureWrittenIn,
} from './picture-in-answer.ts';
import { ProviderRefusal } from './provider.ts';

type EditRequest = Parameters<EditPicture>[0];

/**
 * The picture that a model on Hugging Face makes of another: at a dedicated endpoint, or through
 * the router at the partner that the model's name ends in. Throws as exchange does.
 */
export const askForImageToImage = async (
  provider: EditProvider,
  request: EditRequest,
  tools: Tools,
): Promise<Uint8Array> => {
  // One clock for the question, a queue and the picture's own address.
  const signal = AbortSignal.timeout(provider.timeoutMs);
  const ask = (question: Question, bound = pictureAnswer) =>
    exchange(provider, question, bound, tools, signal);

  const question = await shapedQuestion(provider, request, ask);
  const answer = await ask(question);
  if (!isText(answer)) return pictureOf(provider, answer);

  const json = jsonOf(provider, answer.bytes.toString('utf8'));
  refuseErrorIn(provider, json);
  // From here on there is something that was paid for.
  const fetchIt = (paid: Question, bound = pictureAnswer) =>
    fetchPaid(provider, () => ask(paid, bound), signal);
  const pause = () => pauseWithin(provider, signal);
  const whole = isFalTicket(json)
    ? await falQueueAnswer(provider, json, { fetchPaid: fetchIt, pause })
    : json;
  const written = pictureWrittenIn(whole);
  if (!written)
    throw new ProviderRefusal(
      `${provider.label} gave an answer that holds no picture. Check ${provider.settings.baseUrl} and ${provider.settings.model}.`,
    );
  if (!/^https?:/i.test(written)) return decodedPicture(provider, written);
  const file = await fetchIt(fetchable(provider, written), pictureFile);
  return pictureOf(provider, file);
};

const pictureOf = (provider: EditProvider, answer: Answer): Uint8Array => {
  const { label, settings } = provider;
  if (answer.bytes.byteLength === 0) throw new ProviderRefusal(`${label} gave an empty answer.`);
  if (isText(answer))
    throw new ProviderRefusal(
      `${label} answered with something that is no picture. Check ${settings.baseUrl}.`,
    );
  return answer.bytes;
};

/** Where partners keep what they drew, for anybody who knows the address: no key goes there. */
const pictureHosts = /^((\w[\w-]*\.)*fal\.media|(\w[\w-]*\.)?together\.(ai|xyz))$/;

/**
 * Addresses in answers are followed to the host that was asked and to the partners' own stores,
 * nowhere else: an endpoint is no guide to the network we stand in.
 */
const fetchable = ({ label, url }: EditProvider, written: string): Question => {
  const address = URL.parse(written);
  if (address && address.origin === new URL(url).origin)
    return { method: 'GET', url: address.href };
  if (address?.protocol === 'https:' && !address.port && pictureHosts.test(address.hostname))
    return { method: 'GET', url: address.href, withKey: false };
  throw new ProviderRefusal(
    `${label} answered with the address of a picture at a host that is not followed. Use a model that answers with the picture itself.`,
  );
};

/**
 * The client only shapes the request, and looks up the partner's own name of the model. Left to
 * itself it repeats a 503 for ever, hides Retry-After, follows redirects and any address in an
 * answer without a bound, and attaches the picture to its errors; so it gets neither key nor
 * network, and never an answer.
 */
const shapedQuestion = async (
  provider: EditProvider,
  { editId, prompt, source }: EditRequest,
  ask: (question: Question) => Promise<Answer>,
): Promise<Question> => {
  const inputs = new Blob([new Uint8Array(source.bytes)], { type: source.contentType });
  const partner = partnerIn(provider.model);
  const isRouted = partner !== undefined && isRouterPartner(partner);
  const whom = isRouted
    ? { provider: partner, model: provider.model.slice(0, -partner.length - 1) }
    : { endpointUrl: provider.url };

  let shaped: Question | undefined;
  await imageToImage(
    { ...whom, inputs, parameters: { prompt } },
    {
      retry_on_error: false,
      fetch: async (url, init) => {
        const address = new URL(url instanceof Request ? url.url : url);
        if (init?.method !== 'POST') {
          const { bytes } = await ask({ method: 'GET', url: atOwnHost(provider, address) });
          return Response.json(jsonOf(provider, bytes.toString('utf8')));
        }
        shaped = {
          url: isRouted ? atOwnHost(provider, address) : provider.url,
          headers: {
            accept: 'image/png', // as Hugging Face's own clients; JSON comes all the same
            'content-type': 'application/json',
            'idempotency-key': editId,
          },
          body: z.string().parse(init.body),
        };
        throw new Error('That was all we wanted to know.');
      },
    },
  ).catch((error: unknown) => {
    if (shaped) return;
    if (error instanceof ProviderBusy || error instanceof ProviderRefusal) throw error;
    if (error instanceof InferenceClientInputError || error instanceof InferenceClientHubApiError)
      throw new ProviderRefusal(
        `${provider.label} does not offer the model ${provider.model} for editing pictures. Set ${provider.settings.model} to one that it does (for example ${provider.suggestedModel}).`,
      );
    // Whatever else the client throws may carry the request: only its kind goes on.
    throw new Error(
      `${provider.label} could not be asked (${error instanceof Error ? error.name : '?'}).`,
    );
  });
  if (!shaped) throw new Error(`${provider.label} could not be asked.`);
  return shaped;
};

/** The client knows Hugging Face's hosts only; a mirror of them (EDIT_BASE_URL) answers for both. */
const atOwnHost = ({ url }: EditProvider, address: URL): string => {
  const own = new URL(url);
  if (own.hostname === 'router.huggingface.co') return address.href;
  return `${own.origin}${address.pathname}${address.search}`;
};
