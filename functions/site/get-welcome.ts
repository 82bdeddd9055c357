import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { reply } from '#lib/http/route.ts';
import { getWelcomeRoute } from '#lib/http/routes/get-welcome.ts';
import { toWelcomeView } from '#lib/http/welcome.ts';

export const handler = endpoint(
  getWelcomeRoute,
  async ({ baseUrl }) => reply(200, toWelcomeView(baseUrl)),
  config,
);
