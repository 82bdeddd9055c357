import { version } from '#lib/version.ts';
import type { WelcomeView } from './site-views.ts';

/** The name and version of the service, and links. */
export const toWelcomeView = (baseUrl: string): WelcomeView => ({
  name: 'Darkroom',
  version,
  message: 'Welcome to Darkroom: send a picture to /api/images, or read the documentation.',
  links: {
    gallery: `${baseUrl}/`,
    docs: `${baseUrl}/docs`,
    redoc: `${baseUrl}/redoc`,
    openapi: `${baseUrl}/openapi.json`,
    health: `${baseUrl}/api/health`,
    images: `${baseUrl}/api/images`,
    uploads: `${baseUrl}/api/uploads`,
    stats: `${baseUrl}/api/stats`,
    batches: `${baseUrl}/api/batches`,
    processes: `${baseUrl}/api/processes`,
    edits: `${baseUrl}/api/edits`,
    events: `${baseUrl}/api/events`,
    webhooks: `${baseUrl}/api/webhooks`,
  },
});
