import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { toWelcomeView } from '#lib/http/welcome.ts';

export const handler = endpoint(
  routes.getWelcome,
  async ({ baseUrl }) => reply(200, toWelcomeView(baseUrl)),
  config,
);
