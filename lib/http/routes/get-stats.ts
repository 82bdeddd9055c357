import { z } from 'zod';
import { route, single } from '../route.ts';
import { StatsView } from '../stats-view.ts';
import { imageRoute } from './route-groups.ts';

export const getStatsRoute = route({
  ...imageRoute,
  name: 'getStats',
  tag: 'Stats',
  code: [7000, 7001],
  methods: ['GET'],
  paths: ['/api/stats'],
  summary: 'Counters',
  description: 'Of the records that exist now, without deleted ones.',
  request: {
    query: z.object({
      detail: z
        .enum(['0', '1'])
        .default('0')
        .describe('1 adds times to thumbnails by format and source, and failures by reason'),
    }),
  },
  replies: { 200: single('The counters', StatsView) },
  faults: [400],
});
