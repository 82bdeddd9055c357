import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { misplacedRoute, refuseRoute } from '#lib/http/unknown-route.ts';

export const handler = endpoint(misplacedRoute, refuseRoute, config);
