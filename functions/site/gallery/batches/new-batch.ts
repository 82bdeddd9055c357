import { changed } from '../parts/draw.ts';
import { notify } from '../parts/notices.ts';
import { go } from '../parts/route.ts';
import { ask, Refused, reasonOf } from '../parts/server.ts';
import type { Batch, CsvCheck } from './batch.ts';

type NewBatch = {
  file: File;
  state: 'checking' | 'checked' | 'starting' | 'failed';
  result?: CsvCheck;
  reason?: string;
  /** So that a start that is pressed twice, or repeated after a lost answer, starts once. */
  idempotencyKey: string;
};

let draft: NewBatch | undefined;

export const newBatch = () => draft;

export const forgetCsv = (): void => {
  draft = undefined;
  changed();
};

const formOf = (file: File, fields: Record<string, string>): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file, file.name);
  return form;
};

/** Has the file read without starting anything, and shows what it found. */
export const openCsv = async (file: File): Promise<void> => {
  const mine: NewBatch = { file, state: 'checking', idempotencyKey: crypto.randomUUID() };
  draft = mine;
  changed();
  try {
    const form = formOf(file, { dry_run: 'true' });
    const { data } = await ask<CsvCheck>('api/batches', { method: 'POST', form });
    Object.assign(mine, { state: 'checked', result: data });
  } catch (error) {
    const faults = faultsIn(error);
    if (faults) Object.assign(mine, { state: 'checked', result: faults });
    else Object.assign(mine, { state: 'failed', reason: reasonOf(error) });
  }
  changed();
};

export const startBatch = async (webhookUrl: string): Promise<void> => {
  const mine = draft;
  if (!mine || mine.state === 'starting') return;
  mine.state = 'starting';
  changed();
  try {
    const form = formOf(mine.file, webhookUrl ? { webhook_url: webhookUrl } : {});
    const headers = { 'idempotency-key': mine.idempotencyKey };
    const { data } = await ask<Batch>('api/batches', { method: 'POST', form, headers });
    draft = undefined;
    go({ view: 'batches', requestId: data.request_id });
  } catch (error) {
    const faults = faultsIn(error);
    Object.assign(mine, {
      state: 'checked',
      idempotencyKey: crypto.randomUUID(), // another answer may be right for another address
      ...(faults && { result: faults }),
    });
    notify(reasonOf(error), { isTrouble: true });
  }
  changed();
};

/** A CSV that was refused comes with the same list of faults as a dry run. */
const faultsIn = (error: unknown): CsvCheck | undefined => {
  if (!(error instanceof Refused) || typeof error.data !== 'object' || !error.data)
    return undefined;
  if (!('errors' in error.data) || !Array.isArray(error.data.errors)) return undefined;
  const { errors } = error.data;
  const counts = { total_products: 0, total_images: 0, more_errors: 0 };
  return { ...counts, ...error.data, valid: false, errors };
};
