import { z } from 'zod';
import type { Missing } from '#lib/not-found.ts';
import { Problem } from '#lib/problem.ts';
import { ListQuery } from './image-requests.ts';
import type { Form } from './multipart.ts';
import { parse } from './request.ts';
import { WebUrl } from './web-url.ts';

/** A malformed id names no batch, so it is 404 and not 400. */
const RequestId = z
  .string()
  .regex(/^[0-9a-f][0-9a-f-]{30,34}[0-9a-f]$/, 'batch_not_found' satisfies Missing)
  .meta({
    description: 'the id of the batch',
    examples: ['0b9f4c52-7f36-4b6f-9a3c-2f8d6f5a1f1e'],
  });

export const BatchPath = z.object({ request_id: RequestId });

export const BatchListQuery = ListQuery.pick({ limit: true, cursor: true });

export const ResultsQuery = z.object({
  errors: z
    .enum(['1', 'true', '0', 'false'])
    .optional()
    .meta({ description: '1: only the rows that failed, in the columns of the input' }),
});

export const ProcessedImagePath = z.object({
  filename: z
    .string()
    .regex(/^[a-z2-7]{26}\.jpg$/, 'image_not_found' satisfies Missing)
    .meta({
      description: 'the id of the image, and .jpg',
      examples: ['mfrggzdfmztwq2lknnwg23tpob.jpg'],
    }),
});

const Flag = z
  .union([z.boolean(), z.enum(['true', '1', 'on', 'yes', 'false', '0', 'off', 'no', ''])], {
    error: 'must be true or false',
  })
  .transform((flag) => flag === true || ['true', '1', 'on', 'yes'].includes(String(flag)));

const commonFields = {
  webhook_url: WebUrl.optional().meta({
    description: 'notified when the batch ends, however it ends; signed as Standard Webhooks says',
  }),
  dry_run: Flag.optional().meta({ description: 'only check the file' }),
};

/** A batch as JSON. */
export const CsvByUrl = z
  .object({
    csv_url: WebUrl.meta({
      description: 'fetched in the background: for files beyond the body limit',
    }),
    ...commonFields,
  })
  .refine(({ dry_run }) => !dry_run, {
    path: ['dry_run'],
    message: 'needs the file itself, sent as multipart/form-data',
  })
  .meta({
    id: 'CsvByUrl',
    examples: [
      {
        csv_url: 'https://example.com/products.csv',
        webhook_url: 'https://example.com/hook',
      },
    ],
  });

const FormFields = z.object({
  // An empty input of a form is sent as an empty string.
  webhook_url: z.preprocess((text) => text || undefined, commonFields.webhook_url),
  dry_run: commonFields.dry_run,
});

/** The fields of a form, beside its file. */
export const batchFormFields = Object.keys(FormFields.shape);

/** Reads a batch from a form. Throws a Problem that names the fields at fault. */
export const readBatchForm = ({ files, fields }: Pick<Form, 'files' | 'fields'>) => {
  const [file, ...others] = files;
  if (!file || others.length)
    throw new Problem('too_many_files', 'A batch is one CSV: send one part named file.');
  return { file, ...parse('field', FormFields, fields) };
};
