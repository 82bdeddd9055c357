import { endpoint } from '#lib/http/endpoint.ts';
import { elsewhere, refuseRoute } from '#lib/http/unknown-route.ts';
import { config } from '#lib/config.ts';

export const handler = endpoint(elsewhere, refuseRoute, config);
