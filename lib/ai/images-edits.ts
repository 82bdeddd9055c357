import { z } from 'zod';
import type { EditPicture, PictureToSend } from '#lib/edits/edit-picture.ts';
import { exchange, jsonOf, type Tools } from './ask-provider.ts';
import type { EditProvider } from './edit-settings.ts';
import { refuseErrorIn } from './error-in-answer.ts';
import { decodedPicture, pictureAnswer } from './picture-in-answer.ts';
import { ProviderRefusal } from './provider.ts';

/** As much of OpenAI's ImagesResponse as is read. */
const Images = z.object({
  data: z.array(z.object({ b64_json: z.string().nullish(), url: z.string().nullish() })).nullish(),
});

/**
 * The picture that a model makes of others, asked in the wire format of OpenAI's `images/edits`:
 * a multipart form out, base64 within JSON back. An address instead of the picture is not followed:
 * it would be a stranger's URL, and OpenAI's own models never send one. Throws as exchange does.
 */
export const askForEdit = async (
  provider: EditProvider,
  { editId, prompt, source, target }: Parameters<EditPicture>[0],
  tools: Tools,
): Promise<Uint8Array> => {
  const form = new FormData();
  form.set('model', provider.model);
  form.set('prompt', prompt);
  form.set('n', '1');
  // OpenAI's picture models always answer in base64 and refuse to be told so; others must be told.
  if (!/^(chat)?gpt-image-/.test(provider.model)) form.set('response_format', 'b64_json');
  const pictures = target ? [source, target] : [source];
  for (const picture of pictures)
    form.append(pictures.length > 1 ? 'image[]' : 'image', fileOf(picture), picture.name);

  const { bytes } = await exchange(
    provider,
    { headers: { accept: 'application/json', 'idempotency-key': editId }, body: form },
    pictureAnswer,
    tools,
  );
  const answer = jsonOf(provider, bytes.toString('utf8'));
  refuseErrorIn(provider, answer);
  return pictureIn(provider, answer);
};

const fileOf = ({ bytes, contentType }: PictureToSend): Blob =>
  new Blob([new Uint8Array(bytes)], { type: contentType });

const pictureIn = (provider: EditProvider, answer: unknown): Uint8Array => {
  const { label, settings } = provider;
  const first = Images.safeParse(answer).data?.data?.[0];
  if (first?.b64_json) return decodedPicture(provider, first.b64_json);
  if (first?.url)
    throw new ProviderRefusal(
      `${label} answered with an address instead of the picture, which is not followed. Set ${settings.model} to a model that answers with b64_json.`,
    );
  throw new ProviderRefusal(
    `${label} gave an answer that holds no picture; it may have declined this edit. Check ${settings.baseUrl} and ${settings.model}.`,
  );
};
