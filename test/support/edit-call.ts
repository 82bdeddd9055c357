import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import sharp from 'sharp';
import { z } from 'zod';
import type { SentPicture } from './edit-picture.ts';

/** The wire format: OpenAI's form, a Hugging Face endpoint's, or a provider's behind the router. */
export type EditFormat = 'images-edits' | 'endpoint' | 'fal-ai' | 'together';

/** One edit request as received. */
export type EditCall = {
  path: string;
  format: EditFormat;
  headers: IncomingHttpHeaders;
  idempotencyKey: string | undefined;
  model: string | undefined;
  prompt: string;
  /** Source first. */
  pictures: SentPicture[];
  /** The other fields of a form, or of JSON. */
  fields: Record<string, unknown>;
  /** Why the server rejected it, if it did, and the code it answered with. */
  fault: { message: string; code: string; status: number } | undefined;
  /** Whether the model made a picture and would be paid. */
  paid: boolean;
  result: Buffer | undefined;
};

type Read = Pick<EditCall, 'model' | 'prompt' | 'pictures' | 'fields'>;

/** Parses an edit request and validates it as a provider would. */
export const readEditCall = async (request: IncomingMessage, body: Buffer): Promise<EditCall> => {
  const path = new URL(request.url ?? '/', 'http://loopback').pathname;
  const format = detectFormat(path);
  const contentType = request.headers['content-type'] ?? '';
  const read =
    format === 'images-edits' ? readForm(contentType, body) : readJson(contentType, body);
  const parts = (await read.catch(() => undefined)) ?? unreadable;
  return {
    path,
    format,
    headers: request.headers,
    idempotencyKey: request.headers['idempotency-key']?.toString(),
    ...parts,
    fault: parts === unreadable ? wrong('the body cannot be read') : await findFault(format, parts),
    paid: false,
    result: undefined,
  };
};

const detectFormat = (path: string): EditFormat => {
  if (path.endsWith('/images/edits')) return 'images-edits';
  if (path.startsWith('/fal-ai/')) return 'fal-ai';
  return path.startsWith('/together/') ? 'together' : 'endpoint';
};

const readForm = async (contentType: string, body: Buffer): Promise<Read> => {
  const headers = { 'content-type': contentType };
  const form = await new Response(new Uint8Array(body), { headers }).formData();
  const fields: Record<string, string> = {};
  const pictures: SentPicture[] = [];
  for (const [name, value] of form) {
    if (typeof value === 'string') fields[name] = value;
    else if (name === 'image' || name === 'image[]')
      pictures.push({
        bytes: Buffer.from(await value.arrayBuffer()),
        contentType: value.type,
        name: value.name,
      });
  }
  const { model, prompt = '', ...others } = fields;
  return { model, prompt, pictures, fields: others };
};

/** A Hugging Face endpoint's `inputs`, or the same as the routed providers write it. */
const Body = z.looseObject({
  inputs: z.string().optional(),
  image_url: z.string().optional(),
  reference_images: z.array(z.string()).optional(),
  model: z.string().optional(),
  prompt: z.string().optional(),
  parameters: z.looseObject({ prompt: z.string().optional() }).optional(),
});

const readJson = async (contentType: string, body: Buffer): Promise<Read> => {
  if (contentType.startsWith('image/')) {
    const pictures = [{ bytes: body, contentType, name: '' }];
    return { model: undefined, prompt: '', pictures, fields: {} };
  }
  const { inputs, image_url, reference_images, model, prompt, parameters, ...fields } = Body.parse(
    JSON.parse(body.toString()),
  );
  const written = [inputs, image_url, ...(reference_images ?? [])].filter(
    (one) => one !== undefined,
  );
  return {
    model,
    prompt: prompt ?? parameters?.prompt ?? '',
    pictures: written.map(decode),
    fields,
  };
};

const decode = (written: string): SentPicture => {
  const [, type = '', base64 = written] = /^data:([\w/]+);base64,(.*)$/s.exec(written) ?? [];
  return { bytes: Buffer.from(base64, 'base64'), contentType: type, name: '' };
};

const unreadable: Read = { model: undefined, prompt: '', pictures: [], fields: {} };

const wrong = (message: string, code = 'invalid_request_error', status = 400) => ({
  message,
  code,
  status,
});

const findFault = async (format: EditFormat, { model, prompt, pictures, fields }: Read) => {
  const isForm = format === 'images-edits';
  if (isForm && !model) return wrong('there is no model');
  if (isForm && /^(dall-e|gpt-image-1$)/.test(model ?? ''))
    return wrong('the model was retired', 'model_not_found', 404);
  if (isForm && model?.startsWith('gpt-image-') && 'response_format' in fields)
    return wrong("Unknown parameter: 'response_format'.", 'unknown_parameter');
  if (isForm && !prompt) return wrong('there is no prompt');
  if (pictures.length === 0) return wrong('there is no picture');
  if (!isForm && pictures.length > 1) return wrong('only one picture is accepted');
  const whole = await Promise.all(pictures.map(isWhole));
  return whole.every(Boolean)
    ? undefined
    : wrong('a picture cannot be decoded', 'invalid_image_file');
};

const isWhole = ({ bytes }: SentPicture): Promise<boolean> =>
  sharp(bytes, { failOn: 'error' })
    .stats()
    .then(
      () => true,
      () => false,
    );
