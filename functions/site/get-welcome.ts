import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { welcomeTo } from '#lib/http/welcome.ts';
import { config } from '#lib/config.ts';

export const handler = endpoint(
  routes.getWelcome,
  async ({ baseUrl }) => reply(200, welcomeTo(baseUrl)),
  config,
);
