import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import type { Route } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { rejectUnknownRoute, unknownRoute } from '#lib/http/unknown-route.ts';

const known = Object.values<Route>(routes);

export const handler = endpoint(
  unknownRoute,
  async (request) => rejectUnknownRoute(request, known),
  config,
);
