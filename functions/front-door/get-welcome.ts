import { endpoint } from '#lib/api/endpoint.ts';
import { reply } from '#lib/api/route.ts';
import { routes } from '#lib/api/routes.ts';
import { welcomeTo } from '#lib/api/welcome.ts';
import { config } from '#lib/config.ts';

export const handler = endpoint(
  routes.getWelcome,
  async ({ baseUrl }) => reply(200, welcomeTo(baseUrl)),
  config,
);
