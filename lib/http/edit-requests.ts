import { createHash } from 'node:crypto';
import { z } from 'zod';
import { sessionTtl } from '#lib/edits/edit-session.ts';
import type { Missing } from '#lib/not-found.ts';
import { Problem } from '#lib/problem.ts';
import { IdempotencyHeaders, ListQuery } from './image-requests.ts';

/** Any text: a malformed id names no process, and counts as a miss. */
const PathInitId = z
  .string()
  .regex(/^.{1,200}$/s, 'process_not_found' satisfies Missing)
  .meta({
    description: 'from POST /api/processes',
    examples: ['042-2f1c7a52-6f0e-4b62-9d5e-0b8a4d1f7c33'],
  });

const InitId = z.string().min(1, 'must not be empty').max(200, 'must be at most 200 characters');

export const EditSessionPath = z.object({ init_id: PathInitId });

export const EditListQuery = ListQuery.pick({ limit: true, cursor: true });

/** The same route has a path without it; then it is in the body. */
export const OptionalEditSessionPath = z.object({ init_id: PathInitId.optional() });

const maxTtlSeconds = sessionTtl.maxSeconds;
const TtlSeconds = z
  .int('must be a whole number of seconds')
  .min(sessionTtl.minSeconds, `must be at least ${sessionTtl.minSeconds}`)
  .max(maxTtlSeconds, `must be at most ${maxTtlSeconds} (7 days)`);
export const CreateEditSessionBody = z
  .object({ ttl_seconds: TtlSeconds.optional() })
  .meta({ id: 'ProcessRequest', examples: [{ ttl_seconds: 3600 }] })
  .optional();

/** Long enough for any instruction; a hundred of them still fit into one response. */
const maxPromptLength = 4000;

const Picture = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(2048, 'must be at most 2048 characters');

export const StartEditBody = z
  .object({
    init_id: InitId.optional().meta({ description: 'where it is not in the path' }),
    source_url: Picture.meta({
      description:
        'the picture to edit: an image_id, file_path or file_url of ours, or a public http or https URL',
    }),
    target_url: Picture.nullish().meta({
      description:
        'a second picture for the prompt to refer to; a provider that accepts one picture gets both joined, this one on the right',
    }),
    prompt: z
      .string()
      .max(maxPromptLength, `must be at most ${maxPromptLength} characters`)
      .refine((text) => text.trim() !== '', 'must not be empty')
      .meta({ description: 'what to do with it' }),
  })
  .meta({
    id: 'EditRequest',
    examples: [
      { source_url: 'mfrggzdfmztwq2lknnwg23tpob', prompt: 'Make it look like a watercolour.' },
    ],
  });

export const EditStatusBody = z
  .object({
    init_id: InitId.nullish(),
    process_id: InitId.nullish().meta({
      description: 'an edit_id; by itself it finds its process',
    }),
  })
  .refine(({ init_id, process_id }) => init_id || process_id, {
    path: ['init_id'],
    message: 'is missing, and so is process_id: one of them is needed',
  })
  .meta({
    id: 'StatusRequest',
    examples: [{ init_id: '042-2f1c7a52-6f0e-4b62-9d5e-0b8a4d1f7c33' }],
  });

export const EditHeaders = z.object({
  'idempotency-key': IdempotencyHeaders.shape['idempotency-key'].meta({
    description:
      'For 24 hours the same key with the same edit gets the first response again, with `Idempotency-Replayed: true`, and nothing is paid twice.',
  }),
});

type EditRequestParts = {
  path: z.infer<typeof OptionalEditSessionPath>;
  body: z.infer<typeof StartEditBody>;
};

/** The edit in a request; its process is in the path or in the body. Throws a Problem where it is in neither, or they differ. */
export const toEditRequest = ({ path, body }: EditRequestParts) => {
  const initId = path.init_id ?? body.init_id;
  if (initId === undefined) throw wrongInitId('is missing. POST /api/processes returns one.');
  if (body.init_id !== undefined && body.init_id !== initId)
    throw wrongInitId('is not the one in the path.');
  return {
    initId,
    prompt: body.prompt,
    sourceUrl: body.source_url,
    targetUrl: body.target_url ?? undefined,
  };
};

const wrongInitId = (text: string): Problem =>
  new Problem('invalid_field', `The field init_id ${text}`, {
    fields: [{ field: 'init_id', error: `The id ${text}` }],
  });

/** The fingerprint of an edit for its idempotency key; the format of its JSON does not matter. */
export const fingerprintEdit = (edit: ReturnType<typeof toEditRequest>) => (): string => {
  const { initId, prompt, sourceUrl, targetUrl = null } = edit;
  return createHash('sha256')
    .update(JSON.stringify([initId, prompt, sourceUrl, targetUrl]))
    .digest('hex');
};
