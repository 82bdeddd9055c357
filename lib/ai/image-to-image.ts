import { setTimeout as sleep } from 'node:timers/promises';
import * as hf from '@huggingface/inference';
import { z } from 'zod';
import type { EditRequest } from '#lib/edits/edit-picture.ts';
import { RetryLaterError } from '#lib/retry-later-error.ts';
import { parseRoutedModel, routedProviders } from './known-providers.ts';
import { ProviderRefusalError } from './messages.ts';
import {
  decodePicture,
  findPicture,
  isText,
  jsonLimit,
  pictureLimit,
} from './picture-in-response.ts';
import type { EditProvider } from './provider.ts';
import { throwErrorInBody } from './refusal.ts';
import * as http from './request.ts';

type Send = (
  request: http.ProviderRequest,
  limit?: http.ResponseLimit,
) => Promise<http.ProviderResponse>;

/** As often as fal's own clients poll. */
const pollIntervalMs = 500;

/**
 * One edit by a model on Hugging Face: at a dedicated endpoint, or through the router by the
 * provider that the model's name ends in. Throws as sendRequest does.
 */
export const requestImageToImage = async (
  provider: EditProvider,
  edit: EditRequest,
  deps: http.Deps,
): Promise<Uint8Array> => {
  // One timeout for the look-up, the request, a queue and the picture's own URL.
  const signal = AbortSignal.timeout(provider.timeoutMs);
  const send: Send = (request, limit = jsonLimit) =>
    http.sendRequest(provider, request, limit, deps, signal);
  const wait = () =>
    sleep(pollIntervalMs, undefined, { signal }).catch(() => {
      throw http.responseLost(provider);
    });
  // What is fetched has been billed: thrown on, a RetryLaterError would have it billed twice.
  const fetchResult: Send = async (request, limit) => {
    for (;;) {
      const result = await send(request, limit).catch((error: unknown) => {
        if (!(error instanceof RetryLaterError)) throw error;
      });
      if (result) return result;
      await wait();
    }
  };

  const response = await send(await writeRequest(provider, edit, send));
  if (!isText(response)) return toPicture(provider, response);
  const json = http.parseJson(provider, response);
  throwErrorInBody(provider, json);
  const ticket = FalTicket.safeParse(json).data;
  const result = ticket ? await pollFalQueue(provider, ticket, fetchResult, wait) : json;
  const picture = findPicture(result);
  if (!picture) throw new ProviderRefusalError('no_picture', provider);
  if (!/^https?:/i.test(picture)) return decodePicture(provider, picture);
  return toPicture(provider, await fetchResult(pictureRequest(provider, picture), pictureLimit));
};

const toPicture = (provider: EditProvider, response: http.ProviderResponse): Uint8Array => {
  if (response.bytes.byteLength === 0) throw new ProviderRefusalError('empty', provider);
  if (isText(response)) throw new ProviderRefusalError('not_a_picture_file', provider);
  return response.bytes;
};

const FalTicket = z.object({ request_id: z.string(), response_url: z.url() });
const FalProgress = z.object({ status: z.string() });

/**
 * The JSON of the result from fal's queue behind Hugging Face's router. The URLs of the ticket are
 * fal's; only their path is used, since the key is for the router alone.
 */
const pollFalQueue = async (
  provider: EditProvider,
  { response_url }: z.infer<typeof FalTicket>,
  fetchResult: Send,
  wait: () => Promise<void>,
): Promise<unknown> => {
  const base = `${new URL(provider.url).origin}/fal-ai${new URL(response_url).pathname}`;
  const get = async (path: string): Promise<unknown> => {
    const url = `${base}${path}?_subdomain=queue`;
    const json = http.parseJson(provider, await fetchResult({ method: 'GET', url }));
    throwErrorInBody(provider, json);
    return json;
  };
  for (;;) {
    const progress = FalProgress.safeParse(await get('/status')).data;
    if (!progress) throw new ProviderRefusalError('malformed', provider);
    if (progress.status === 'COMPLETED') return get('');
    await wait();
  }
};

/** Where routed providers store results, readable by their URL alone: no key is sent there. */
const resultHosts = /^((\w[\w-]*\.)*fal\.media|(\w[\w-]*\.)?together\.(ai|xyz))$/;

/**
 * URLs in responses are followed to the host that was requested and to the routed providers' own
 * stores, nowhere else: a response must not choose what we reach in our own network (SSRF).
 */
const pictureRequest = (provider: EditProvider, written: string): http.ProviderRequest => {
  const url = URL.parse(written);
  const isOwn = url?.origin === new URL(provider.url).origin;
  const isStore = url?.protocol === 'https:' && !url.port && resultHosts.test(url.hostname);
  if (url && (isOwn || isStore)) return { method: 'GET', url: url.href, sendKey: isOwn };
  throw new ProviderRefusalError('foreign_url', provider);
};

/**
 * The client writes the request and looks up the routed provider's own name of the model. Sending
 * is ours: the client's retries are endless, it hides Retry-After, follows redirects and any URL in
 * a response, and attaches the picture to its errors. So it gets no key either.
 */
const writeRequest = async (
  provider: EditProvider,
  { editId, prompt, source }: EditRequest,
  send: Send,
): Promise<http.ProviderRequest> => {
  const inputs = new Blob([new Uint8Array(source.bytes)], { type: source.contentType });
  const { id, ...parsed } = parseRoutedModel(provider.model);
  const routed = routedProviders.find((name) => name === parsed.routed);
  const target = routed ? { model: id } : { endpointUrl: provider.url };
  const helper = hf.getProviderHelper(routed ?? 'hf-inference', 'image-to-image');
  const args = await helper.preparePayloadAsync({ ...target, inputs, parameters: { prompt } });
  const lookUp = async (input: string | URL | Request) => {
    const url = atOwnHost(provider, input instanceof Request ? input.url : String(input));
    return Response.json(http.parseJson(provider, await send({ method: 'GET', url })));
  };
  const options = { task: 'image-to-image', fetch: lookUp } as const;
  const { url, info } = await hf.makeRequestOptions(args, helper, options).catch((error) => {
    const isUnknown =
      error instanceof hf.InferenceClientInputError ||
      error instanceof hf.InferenceClientHubApiError;
    throw isUnknown ? new ProviderRefusalError('model_not_offered', provider) : error;
  });
  const headers = {
    accept: 'image/png', // as Hugging Face's own clients; JSON comes all the same
    'content-type': 'application/json',
    'idempotency-key': editId,
  };
  return { url: atOwnHost(provider, url), headers, body: z.string().parse(info.body) };
};

/** The client knows Hugging Face's hosts only; a mirror of them (EDIT_BASE_URL) serves both. */
const atOwnHost = ({ url }: EditProvider, address: string): string => {
  const { hostname, origin } = new URL(url);
  const { pathname, search } = new URL(address);
  return hostname === 'router.huggingface.co' ? address : `${origin}${pathname}${search}`;
};
