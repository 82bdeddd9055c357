import { z } from 'zod';
import { batchRoutes } from './batch-routes.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import { editRoutes } from './edit-routes.ts';
import {
  ConditionalHeaders,
  CreateUploadBody,
  DeletedView,
  FileHeaders,
  IdempotencyHeaders,
  ImagePath,
  LinkView,
  ListQuery,
  OriginalHeaders,
  PatchBody,
  renditionTypes,
  ThumbnailPath,
  ThumbnailQuery,
  UploadFormView,
} from './image-requests.ts';
import { ImageView } from './image-view.ts';
import { bytes, empty, list, route, single } from './route.ts';
import { HealthView, WelcomeView } from './site-views.ts';
import { StatsView } from './stats-view.ts';

const front = { private: false, tag: 'Front door', code: [1000, 1001], faults: [] } as const;
const images = { private: true, tag: 'Images', code: [2000, 2001] } as const;

const OneOrMore = z.union([ImageView, z.array(ImageView)]);

/** Every route of the API, once. */
export const routes = {
  showGallery: route({
    ...front,
    name: 'showGallery',
    methods: ['GET'],
    paths: ['/', '/assets/{file+}'],
    summary: 'The first page, and the files of every page',
    description: 'HTML at `/`; scripts and styles below `/assets/`.',
    request: { path: z.object({ file: z.string().optional() }), headers: FileHeaders },
    replies: {
      200: bytes(
        'The page or the file',
        'text/html',
        'text/css',
        'text/javascript',
        'image/svg+xml',
      ),
      304: empty('The caller has it already'),
    },
    faults: [404],
  }),
  getWelcome: route({
    ...front,
    name: 'getWelcome',
    methods: ['GET'],
    paths: ['/api', '/api/v1'],
    summary: 'Welcome',
    description: 'Name, version and where to go from here.',
    request: {},
    replies: { 200: single('What this is', WelcomeView) },
  }),
  getHealth: route({
    ...front,
    name: 'getHealth',
    methods: ['GET'],
    paths: ['/api/health', '/api/v1/health'],
    summary: 'Whether everything this needs is there',
    description: 'Really asks the buckets, tables and queues, and counts what was given up.',
    request: {},
    replies: {
      200: single('Everything is there', HealthView),
      503: single('Something is down', HealthView),
    },
  }),
  getOpenapi: route({
    ...front,
    name: 'getOpenapi',
    methods: ['GET'],
    paths: ['/openapi.json'],
    summary: 'This document',
    description: 'OpenAPI 3.1, made from the same routes that answer.',
    request: { headers: FileHeaders },
    replies: {
      200: bytes('The document', 'application/json'),
      304: empty('The caller has it already'),
    },
  }),
  showDocs: route({
    ...front,
    name: 'showDocs',
    methods: ['GET'],
    paths: ['/docs', '/redoc'],
    summary: 'The documentation, to read and to try',
    description:
      'Swagger UI at `/docs`, ReDoc at `/redoc`; neither asks another host for anything.',
    request: { headers: FileHeaders },
    replies: { 200: bytes('The page', 'text/html'), 304: empty('The caller has it already') },
  }),
  uploadImage: route({
    ...images,
    name: 'uploadImage',
    methods: ['POST'],
    paths: ['/api/images', '/api/v1/upload'],
    summary: 'Upload one or several pictures',
    description:
      'Answers as soon as the picture is kept; thumbnails, EXIF and caption follow. Several `file` parts give an array, in the order sent. What is no picture is refused and recorded. For more bytes than fit, `POST /api/uploads`.',
    request: {
      headers: IdempotencyHeaders,
      form: { files: 'a picture: JPEG, PNG, WebP, GIF, AVIF or TIFF; may be repeated' },
    },
    replies: {
      202: single('Taken; with several files, at least one of them', OneOrMore),
      415: single('Not a type we read, or not what its name and type claim; recorded', OneOrMore),
      422: single('A picture with wrong contents; recorded', OneOrMore),
    },
    faults: [400, 409, 413, 422],
  }),
  createUpload: route({
    ...images,
    name: 'createUpload',
    methods: ['POST'],
    paths: ['/api/uploads'],
    summary: 'Ask for a form that uploads straight into the store',
    description:
      'POST `fields` and then the file as `file` to `url`, as multipart/form-data. Nothing is recorded until the object arrives.',
    request: { body: CreateUploadBody },
    replies: { 201: single('The form', UploadFormView) },
    faults: [400, 413, 415, 422],
  }),
  listImages: route({
    ...images,
    name: 'listImages',
    methods: ['GET'],
    paths: ['/api/images'],
    summary: 'Images, newest first',
    description: 'One page; `page.next_cursor` asks for the next, and is null on the last.',
    request: { query: ListQuery },
    replies: { 200: list('A page of images', ImageView) },
    faults: [400],
  }),
  getImage: route({
    ...images,
    name: 'getImage',
    methods: ['GET'],
    paths: ['/api/images/{image_id}'],
    summary: 'One image, and how far its work has come',
    description: 'With every EXIF tag in `exif.raw`.',
    request: { path: ImagePath },
    replies: { 200: single('The image', ImageView) },
    faults: [404],
  }),
  getThumbnail: route({
    ...images,
    name: 'getThumbnail',
    methods: ['GET', 'HEAD'],
    paths: ['/api/images/{image_id}/thumbnails/{size}'],
    summary: 'A thumbnail',
    description:
      'Where it is still to come, the 404 says so with `Retry-After`. Links in records carry `?v=…`, and only those may be kept for ever.',
    request: { path: ThumbnailPath, query: ThumbnailQuery, headers: ConditionalHeaders },
    replies: {
      200: bytes('The picture', ...renditionTypes),
      302: empty('It is too large to be answered here, and waits at `Location`'),
      304: empty('The caller has it already'),
    },
    faults: [400, 404],
  }),
  getOriginal: route({
    ...images,
    name: 'getOriginal',
    methods: ['GET', 'HEAD'],
    paths: ['/api/images/{image_id}/original'],
    summary: 'The file as it was sent',
    description:
      'Redirects to a short-lived URL; with `Accept: application/json` it answers that URL instead.',
    request: { path: ImagePath, headers: OriginalHeaders },
    replies: {
      200: single('Where the file is, for a short time', LinkView),
      302: empty('The file is at `Location`, for a short time'),
    },
    faults: [404],
  }),
  patchImage: route({
    ...images,
    name: 'patchImage',
    methods: ['PATCH'],
    paths: ['/api/images/{image_id}'],
    summary: 'Set the caption or the focal point of an image',
    description:
      "Only what is given is changed. A person's caption is shown instead of a model's and is not overwritten by it. A new focal point gives every link a new version.",
    request: { path: ImagePath, body: PatchBody },
    replies: { 200: single('The image as it is now', ImageView) },
    faults: [400, 404, 422],
  }),
  deleteImage: route({
    ...images,
    name: 'deleteImage',
    methods: ['DELETE'],
    paths: ['/api/images/{image_id}'],
    summary: 'Delete an image and its files',
    description:
      'Record, original and thumbnails that no other image shows are gone when it answers.',
    request: { path: ImagePath },
    replies: { 200: single('It is gone', DeletedView) },
    faults: [404],
  }),
  retryImage: route({
    ...images,
    name: 'retryImage',
    methods: ['POST'],
    paths: ['/api/images/{image_id}/retry'],
    summary: 'Run failed and skipped steps again',
    description: 'Only those; where there are none, 409.',
    request: { path: ImagePath },
    replies: { 202: single('The image, with those steps pending', ImageView) },
    faults: [404, 409],
  }),
  getStats: route({
    ...images,
    name: 'getStats',
    tag: 'Stats',
    code: [7000, 7001],
    methods: ['GET'],
    paths: ['/api/stats'],
    summary: 'Counters',
    description: 'Of the records that exist now: a delete takes its own out.',
    request: {},
    replies: { 200: single('The counters', StatsView) },
    faults: [],
  }),
  ...deliveryRoutes,
  ...batchRoutes,
  ...editRoutes,
};
