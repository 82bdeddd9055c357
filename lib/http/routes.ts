import { z } from 'zod';
import { batchRoutes } from './batch-routes.ts';
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
  renditionTypes,
  ThumbnailPath,
  ThumbnailQuery,
  UploadFormView,
} from './image-requests.ts';
import { ImageView } from './image-view.ts';
import { bytes, empty, list, route, single } from './route.ts';
import { HealthView, WelcomeView } from './site-views.ts';
import { StatsView } from './stats-view.ts';

const front = { private: false, tag: 'Site', code: [1000, 1001], faults: [] } as const;
const images = { private: true, tag: 'Images', code: [2000, 2001] } as const;

const OneOrMore = z.union([ImageView, z.array(ImageView)]);

/** Every route of the API, once. */
export const routes = {
  showGallery: route({
    ...front,
    name: 'showGallery',
    methods: ['GET'],
    paths: ['/', '/assets/{file+}'],
    summary: 'The gallery, and the files of every page',
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
      304: empty('The client has it already'),
    },
    faults: [404],
  }),
  getWelcome: route({
    ...front,
    name: 'getWelcome',
    methods: ['GET'],
    paths: ['/api', '/api/v1'],
    summary: 'Welcome',
    description: 'Name, version and links.',
    request: {},
    replies: { 200: single('Name, version and links', WelcomeView) },
  }),
  getHealth: route({
    ...front,
    name: 'getHealth',
    methods: ['GET'],
    paths: ['/api/health', '/api/v1/health'],
    summary: 'Whether all resources are available',
    description:
      'Checks the buckets, tables and queues, and counts the messages in dead-letter queues.',
    request: {},
    replies: {
      200: single('Everything is available', HealthView),
      503: single('Something is down', HealthView),
    },
  }),
  getOpenapi: route({
    ...front,
    name: 'getOpenapi',
    methods: ['GET'],
    paths: ['/openapi.json'],
    summary: 'This document',
    description: 'OpenAPI 3.1, generated from the routes themselves.',
    request: { headers: FileHeaders },
    replies: {
      200: bytes('The document', 'application/json'),
      304: empty('The client has it already'),
    },
  }),
  showDocs: route({
    ...front,
    name: 'showDocs',
    methods: ['GET'],
    paths: ['/docs', '/redoc'],
    summary: 'The documentation, to read and to try',
    description:
      'Swagger UI at `/docs`, ReDoc at `/redoc`; neither loads anything from another host.',
    request: { headers: FileHeaders },
    replies: { 200: bytes('The page', 'text/html'), 304: empty('The client has it already') },
  }),
  uploadImage: route({
    ...images,
    name: 'uploadImage',
    methods: ['POST'],
    paths: ['/api/images', '/api/v1/upload'],
    summary: 'Upload one or several pictures',
    description:
      'Responds as soon as the picture is stored; thumbnails, EXIF and caption follow. Several `file` parts return an array, in the order sent. A file that is no picture is rejected and recorded. For larger files use `POST /api/uploads`.',
    request: {
      headers: IdempotencyHeaders,
      form: { files: 'a picture: JPEG, PNG, WebP, GIF, AVIF or TIFF; may be repeated' },
    },
    replies: {
      202: single('Accepted; with several files, at least one of them', OneOrMore),
      415: single('Unsupported type, or not what its name and type claim; recorded', OneOrMore),
      422: single('A picture with wrong contents; recorded', OneOrMore),
    },
    faults: [400, 409, 413, 422],
  }),
  createUpload: route({
    ...images,
    name: 'createUpload',
    methods: ['POST'],
    paths: ['/api/uploads'],
    summary: 'Get a form that uploads straight into the store',
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
    description: 'One page; `page.next_cursor` is the cursor of the next, and null on the last.',
    request: { query: ListQuery },
    replies: { 200: list('A page of images', ImageView) },
    faults: [400],
  }),
  getImage: route({
    ...images,
    name: 'getImage',
    methods: ['GET'],
    paths: ['/api/images/{image_id}'],
    summary: 'One image, and the state of its processing',
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
      'Where it is pending, the 404 has `Retry-After`. Links in records have `?v=…`, and only those may be cached for ever.',
    request: { path: ThumbnailPath, query: ThumbnailQuery, headers: ConditionalHeaders },
    replies: {
      200: bytes('The picture', ...renditionTypes),
      302: empty('It is too large for a response, and is at `Location`'),
      304: empty('The client has it already'),
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
      'Redirects to a short-lived URL; with `Accept: application/json` it returns that URL instead.',
    request: { path: ImagePath, headers: OriginalHeaders },
    replies: {
      200: single('Where the file is, for a short time', LinkView),
      302: empty('The file is at `Location`, for a short time'),
    },
    faults: [404],
  }),
  deleteImage: route({
    ...images,
    name: 'deleteImage',
    methods: ['DELETE'],
    paths: ['/api/images/{image_id}'],
    summary: 'Delete an image and its files',
    description:
      'Record, original, and thumbnails that no other image shares are deleted when it responds.',
    request: { path: ImagePath },
    replies: { 200: single('Deleted', DeletedView) },
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
    description: 'Of the records that exist now, without deleted ones.',
    request: {},
    replies: { 200: single('The counters', StatsView) },
    faults: [],
  }),
  ...batchRoutes,
  ...editRoutes,
};
