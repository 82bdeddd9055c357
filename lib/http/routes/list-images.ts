import { ListQuery } from '../image-requests.ts';
import { ImageView } from '../image-view.ts';
import { list, route } from '../route.ts';
import { imageRoute } from './route-groups.ts';

export const listImagesRoute = route({
  ...imageRoute,
  name: 'listImages',
  methods: ['GET'],
  paths: ['/api/images'],
  otherMethods: { '/api/images': ['POST'] },
  summary: 'List images, newest first by default',
  description:
    'One page, which may be short; `page.next_cursor` is the cursor of the next, and null on the last. A cursor belongs to the query it came with.',
  request: { query: ListQuery },
  replies: { 200: list('A page of images', ImageView) },
  faults: [400],
});
