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
  summary: 'Images, newest first',
  description: 'One page; `page.next_cursor` is the cursor of the next, and null on the last.',
  request: { query: ListQuery },
  replies: { 200: list('A page of images', ImageView) },
  faults: [400],
});
