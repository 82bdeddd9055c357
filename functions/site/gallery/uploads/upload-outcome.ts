import { pictures } from '../pictures/pictures.ts';
import type { Upload } from './upload-queue.ts';

/** How an upload ended, the processing of its picture included. */
export type Outcome = { label: string; kind: 'busy' | 'good' | 'bad' | 'none'; reason?: string };

const byState = {
  waiting: { label: 'waiting', kind: 'busy' },
  sending: { label: 'uploading', kind: 'busy' },
  rejected: { label: 'rejected', kind: 'bad' },
  failed: { label: 'failed', kind: 'bad' },
  cancelled: { label: 'cancelled', kind: 'none' },
} as const;

export const toOutcome = ({ state, reason, imageId }: Upload): Outcome => {
  if (state !== 'sent') return { ...byState[state], ...(reason !== undefined && { reason }) };
  const picture = imageId === undefined ? undefined : pictures.find(imageId);
  if (!picture) return { label: 'uploaded', kind: 'good' };
  if (picture.status === 'done') return { label: 'done', kind: 'good' };
  if (picture.status !== 'failed') return { label: picture.status, kind: 'busy' };
  return { label: 'failed', kind: 'bad', ...(picture.error && { reason: picture.error }) };
};
