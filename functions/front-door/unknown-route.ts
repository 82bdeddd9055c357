import { endpoint } from '#lib/api/endpoint.ts';
import { elsewhere, refuseRoute } from '#lib/api/unknown-route.ts';
import { config } from '#lib/config.ts';

export const handler = endpoint(elsewhere, refuseRoute, config);
