import { config } from '#lib/config.ts';
import { endpoint } from '#lib/http/endpoint.ts';
import { rejectUnknownRoute, unknownRoute } from '#lib/http/unknown-route.ts';

export const handler = endpoint(unknownRoute, rejectUnknownRoute, config);
