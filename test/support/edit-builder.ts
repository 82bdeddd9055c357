import type { In } from '#lib/edits/edit.ts';

/** A pending edit. Give only what matters to the test. */
export const anEdit = (given: Partial<In<'PENDING'>> = {}): In<'PENDING'> => ({
  status: 'PENDING',
  editId: 'an-edit',
  initId: '001-2f1c7a52-6f0e-4b62-9d5e-0b8a4d1f7c33',
  requestId: 'a-request',
  prompt: 'Make it blue.',
  sourceUrl: 'mfrggzdfmztwq2lknnwg23tpob',
  targetUrl: null,
  source: { from: 'image', key: 'uploads/1/beach.jpg', etag: 'e1' },
  createdAt: '2026-11-21T10:00:00.000Z',
  expiresAt: '2026-11-21T11:00:00.000Z',
  ...given,
});
