import type { EditRequest } from '#lib/edits/edit-picture.ts';
import { ProviderRefusalError } from './messages.ts';
import { decodePicture, findPicture, jsonLimit } from './picture-in-response.ts';
import type { EditProvider } from './provider.ts';
import { throwErrorInBody } from './refusal.ts';
import { type Deps, parseJson, sendRequest } from './request.ts';

/**
 * One edit in the wire format of OpenAI's `images/edits`: a multipart form out, base64 within JSON
 * back. A URL instead of the picture is not followed: it is untrusted, and OpenAI's own models never
 * send one. Throws as sendRequest does.
 */
export const requestOpenaiEdit = async (
  provider: EditProvider,
  { editId, prompt, source, target }: EditRequest,
  deps: Deps,
): Promise<Uint8Array> => {
  const form = new FormData();
  form.set('model', provider.model);
  form.set('prompt', prompt);
  form.set('n', '1');
  // OpenAI's image models always answer in base64 and reject this field; others need it.
  if (!/^(chat)?gpt-image-/.test(provider.model)) form.set('response_format', 'b64_json');
  for (const { bytes, contentType, name } of target ? [source, target] : [source]) {
    const file = new Blob([new Uint8Array(bytes)], { type: contentType });
    form.append(target ? 'image[]' : 'image', file, name);
  }

  const headers = { accept: 'application/json', 'idempotency-key': editId };
  const response = await sendRequest(provider, { headers, body: form }, jsonLimit, deps);
  const json = parseJson(provider, response);
  throwErrorInBody(provider, json);
  const picture = findPicture(json);
  if (!picture) throw new ProviderRefusalError('maybe_declined', provider);
  if (/^https?:/i.test(picture)) throw new ProviderRefusalError('url_instead_of_picture', provider);
  return decodePicture(provider, picture);
};
