import type { Page, Request } from 'playwright-core';

/** How many requests for news a page sends: long polls, and for single pictures. */
export const watchNewsRequests = (page: Page) => {
  let inFlight = 0;
  let max = 0;
  let events = 0;
  let pictures = 0;
  page.on('request', (request) => {
    if (/\/api\/images\/[a-z2-7]{26}$/.test(request.url())) pictures++;
    if (!request.url().includes('/api/events?')) return;
    events++;
    max = Math.max(max, ++inFlight);
  });
  const onEnd = (request: Request) => {
    if (request.url().includes('/api/events?')) inFlight--;
  };
  page.on('requestfinished', onEnd);
  page.on('requestfailed', onEnd);
  return { events: () => events, max: () => max, pictures: () => pictures };
};
