import { CacheView } from '../cache-view.ts';
import { route, single } from '../route.ts';
import { editRoute } from './route-groups.ts';

export const getCacheStatusRoute = route({
  ...editRoute,
  name: 'getCacheStatus',
  tag: 'Cache',
  code: [6000, 6001],
  methods: ['GET'],
  paths: ['/api/cache'],
  aliases: ['/api/v1/cache/status'],
  summary: 'The store of processes: entries, hits, misses',
  description: 'Sizes and lifetimes, never contents or ids that could be used.',
  request: {},
  replies: { 200: single('The store as it is now', CacheView) },
  faults: [],
});
