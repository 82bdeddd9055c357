import { z } from 'zod';
import { IdempotencyHeaders, PictureByUrl } from '../image-requests.ts';
import { ImageView } from '../image-view.ts';
import { route, single } from '../route.ts';
import { imageRoute } from './route-groups.ts';

const OneOrMore = z.union([ImageView, z.array(ImageView)]);

export const uploadImageRoute = route({
  ...imageRoute,
  name: 'uploadImage',
  methods: ['POST'],
  paths: ['/api/images'],
  aliases: ['/api/v1/upload'],
  summary: 'Upload one or several pictures',
  description:
    'Responds as soon as the picture is stored; thumbnails, EXIF and caption follow. Several `file` parts return an array, in the order sent. A file that is no picture is rejected and recorded. For larger files use `POST /api/uploads`. With JSON `{ url }` the picture is fetched in the background: its image is `queued` at once, and `failed` with the reason where it cannot be fetched; a retry fetches it again.',
  request: {
    headers: IdempotencyHeaders,
    form: {
      files: 'a picture: JPEG, PNG, WebP, GIF, AVIF, HEIC or TIFF; may be repeated',
      orJson: PictureByUrl,
    },
  },
  replies: {
    202: single('Accepted; with several files, at least one of them', OneOrMore),
    413: single('A file beyond UPLOAD_MAX_BYTES; recorded', OneOrMore),
    415: single('Unsupported type, or not what its name and type claim; recorded', OneOrMore),
    422: single('A picture with wrong contents; recorded', OneOrMore),
  },
  faults: [400, 409, 413, 422],
});
