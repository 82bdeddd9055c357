import { ApiError, request, toMessage } from '../parts/api.ts';
import { notify } from '../parts/notices.ts';
import { requestRender } from '../parts/render.ts';
import { navigate } from '../parts/route.ts';
import type { Batch, CsvCheck } from './batch.ts';

type NewBatch = {
  file: File;
  state: 'checking' | 'checked' | 'starting' | 'failed';
  result?: CsvCheck;
  reason?: string;
  /** A start that is repeated, or retried after a lost response, starts one batch. */
  idempotencyKey: string;
};

let draft: NewBatch | undefined;

export const newBatch = () => draft;

export const discardCsv = (): void => {
  draft = undefined;
  requestRender();
};

const createForm = (file: File, fields: Record<string, string>): FormData => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file, file.name);
  return form;
};

/** Validates the file by a dry run. */
export const openCsv = async (file: File): Promise<void> => {
  const mine: NewBatch = { file, state: 'checking', idempotencyKey: crypto.randomUUID() };
  draft = mine;
  requestRender();
  try {
    const form = createForm(file, { dry_run: 'true' });
    const { data } = await request<CsvCheck>('api/batches', { method: 'POST', form });
    Object.assign(mine, { state: 'checked', result: data });
  } catch (error) {
    const result = errorsIn(error);
    if (result) Object.assign(mine, { state: 'checked', result });
    else Object.assign(mine, { state: 'failed', reason: toMessage(error) });
  }
  requestRender();
};

export const startBatch = async (webhookUrl: string): Promise<void> => {
  const mine = draft;
  if (!mine || mine.state === 'starting') return;
  mine.state = 'starting';
  requestRender();
  try {
    const form = createForm(mine.file, webhookUrl ? { webhook_url: webhookUrl } : {});
    const headers = { 'idempotency-key': mine.idempotencyKey };
    const { data } = await request<Batch>('api/batches', { method: 'POST', form, headers });
    draft = undefined;
    navigate({ view: 'batches', requestId: data.request_id });
  } catch (error) {
    const result = errorsIn(error);
    Object.assign(mine, {
      state: 'checked',
      idempotencyKey: crypto.randomUUID(), // a changed form is another request
      ...(result && { result }),
    });
    notify(toMessage(error), { isError: true });
  }
  requestRender();
};

/** A CSV that was rejected has the same list of errors as a dry run. */
const errorsIn = (error: unknown): CsvCheck | undefined => {
  if (!(error instanceof ApiError) || typeof error.data !== 'object' || !error.data)
    return undefined;
  if (!('errors' in error.data) || !Array.isArray(error.data.errors)) return undefined;
  const { errors } = error.data;
  const counts = { total_products: 0, total_images: 0, more_errors: 0, columns: [] };
  return { ...counts, ...error.data, valid: false, errors };
};
