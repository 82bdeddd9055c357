// What the routes of one group have in common. An API key is required where `private` is true.

/** Pages, health and documentation. */
export const siteRoute = { private: false, tag: 'Site', code: [1000, 1001], faults: [] } as const;

/** Images, and their counters. */
export const imageRoute = { private: true, tag: 'Images', code: [2000, 2001] } as const;

/** Pictures for pages, shops and spreadsheets. */
export const deliveryRoute = { tag: 'Delivery', code: [2000, 2001] } as const;

/** CSVs of product images. */
export const batchRoute = { private: true, tag: 'Batches', code: [5000, 5001] } as const;

/** AI edits, and the store of their sessions. */
export const editRoute = { private: true, tag: 'Edits' } as const;

/** What happened. */
export const eventRoute = { private: true, tag: 'Events', code: [8000, 8001] } as const;

/** Subscriptions to events. */
export const webhookRoute = { private: true, tag: 'Webhooks', code: [8000, 8001] } as const;
