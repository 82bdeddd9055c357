import { route, single } from '../route.ts';
import { HealthView } from '../site-views.ts';
import { siteRoute } from './route-groups.ts';

export const getHealthRoute = route({
  ...siteRoute,
  name: 'getHealth',
  methods: ['GET'],
  paths: ['/api/health'],
  aliases: ['/api/v1/health'],
  summary: 'Whether all resources are available',
  description:
    'Checks the buckets, tables and queues, and counts the messages in dead-letter queues.',
  request: {},
  replies: {
    200: single('Everything is available', HealthView),
    503: single('Something is down', HealthView),
  },
});
