import { route, single } from '../route.ts';
import { WelcomeView } from '../site-views.ts';
import { siteRoute } from './route-groups.ts';

export const getWelcomeRoute = route({
  ...siteRoute,
  name: 'getWelcome',
  methods: ['GET'],
  paths: ['/api'],
  aliases: ['/api/v1'],
  summary: 'Welcome',
  description: 'Name, version and links.',
  request: {},
  replies: { 200: single('Name, version and links', WelcomeView) },
});
