import { z } from 'zod';
import { route, single } from '../route.ts';
import { imageRoute } from './route-groups.ts';

const CreateUploadBody = z
  .object({
    filename: z.string().min(1).max(255),
    content_type: z.string().min(1).max(127),
    size_bytes: z.int(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case')
      .optional()
      .meta({ description: 'S3 rejects bytes that do not match' }),
  })
  .meta({
    id: 'UploadRequest',
    examples: [{ filename: 'photo.jpg', content_type: 'image/jpeg', size_bytes: 3200000 }],
  });

const UploadFormView = z
  .object({
    image_id: z.string(),
    url: z.string(),
    fields: z
      .record(z.string(), z.string())
      .describe('form fields to send before the `file` field, unchanged'),
    expires_at: z.iso.datetime(),
    max_bytes: z.int().describe('as stated: S3 refuses more with `EntityTooLarge` and a sentence'),
  })
  .meta({ id: 'UploadForm' });

export const createUploadRoute = route({
  ...imageRoute,
  name: 'createUpload',
  methods: ['POST'],
  paths: ['/api/uploads'],
  summary: 'Get a form that uploads straight into the store',
  description:
    'POST `fields` and then the file as `file` to `url`, as multipart/form-data. Nothing is recorded until the object arrives.',
  request: { body: CreateUploadBody },
  replies: { 201: single('The form', UploadFormView) },
  faults: [400, 413, 415, 422],
});
