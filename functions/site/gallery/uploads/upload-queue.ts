/** The progress of one file. Bytes are those of the file. */
export type Upload = {
  id: number;
  name: string;
  sizeBytes: number;
  sentBytes: number;
  state: 'waiting' | 'sending' | 'sent' | 'rejected' | 'failed' | 'cancelled';
  /** A sentence, where it was rejected or failed. */
  reason?: string;
  /** What the server named it, once it was sent. */
  imageId?: string;
};

/** The server rejected the file: a retry would not help. */
export class RejectedError extends Error {
  override readonly name = 'NotTaken';
}

type SendOptions = { id: number; onProgress: (sentBytes: number) => void; signal: AbortSignal };
type Deps<File> = {
  /** Sends one file, and gives its image's id; throws RejectedError, or anything else where a retry may help. */
  send: (file: File, sending: SendOptions) => Promise<string>;
  onChange: () => void;
  /** Delays before each retry; after the last one the upload has failed. */
  retryDelaysMs?: readonly number[];
  toMessage: (error: unknown) => string;
};

const maxConcurrent = 4; // more would share the same bandwidth

/** Sends files, a few at a time, in the order in which they were added. */
export const uploadQueue = <File extends { name: string; size: number }>({
  send,
  onChange,
  retryDelaysMs: pausesMs = [1000, 4000],
  toMessage: describeError,
}: Deps<File>) => {
  const files = new Map<number, File>();
  const aborts = new Map<number, AbortController>();
  let uploads: Upload[] = [];
  let next = 1;
  let running = 0;

  const change = (id: number, what: Partial<Upload>) => {
    const upload = uploads.find((each) => each.id === id);
    if (!upload) return;
    Object.assign(upload, what);
    onChange();
  };

  const pump = () => {
    for (const upload of uploads) {
      if (running >= maxConcurrent) return;
      if (upload.state !== 'waiting') continue;
      running++;
      upload.state = 'sending';
      void run(upload.id).finally(() => {
        running--;
        pump();
      });
    }
    onChange();
  };

  const run = async (id: number) => {
    const file = files.get(id);
    if (!file) return;
    const abort = new AbortController();
    aborts.set(id, abort);
    const { signal } = abort;
    for (let attempt = 0; ; attempt++) {
      try {
        // The form around the file counts as sent too.
        const onProgress = (sentBytes: number) =>
          change(id, { sentBytes: Math.min(sentBytes, file.size) });
        const imageId = await send(file, { id, onProgress, signal });
        change(id, { state: 'sent', sentBytes: file.size, imageId });
        files.delete(id); // frees the file
        break;
      } catch (error) {
        if (signal.aborted) break;
        if (error instanceof RejectedError) {
          change(id, { state: 'rejected', reason: error.message, sentBytes: 0 });
          break;
        }
        const pause = pausesMs[attempt];
        change(id, { sentBytes: 0 });
        if (pause === undefined) {
          change(id, { state: 'failed', reason: describeError(error) });
          break;
        }
        await waitFor(pause, signal);
        if (signal.aborted) break;
      }
    }
    aborts.delete(id);
  };

  const cancel = (id: number) => {
    aborts.get(id)?.abort();
    const upload = uploads.find((each) => each.id === id);
    if (upload?.state === 'waiting' || upload?.state === 'sending')
      change(id, { state: 'cancelled', sentBytes: 0 });
  };

  return {
    all: (): readonly Upload[] => uploads,
    add: (added: readonly File[]): void => {
      for (const file of added) {
        const id = next++;
        files.set(id, file);
        uploads.push({ id, name: file.name, sizeBytes: file.size, sentBytes: 0, state: 'waiting' });
      }
      pump();
    },
    cancel,
    cancelAll: (): void => {
      for (const { id } of uploads) cancel(id);
    },
    retry: (id: number): void => {
      const upload = uploads.find((each) => each.id === id);
      if (upload?.state !== 'failed' && upload?.state !== 'cancelled') return;
      delete upload.reason;
      upload.state = 'waiting';
      pump();
    },
    /** Removes those that have ended. */
    clear: (): void => {
      uploads = uploads.filter(({ state }) => state === 'waiting' || state === 'sending');
      const remaining = new Set(uploads.map(({ id }) => id));
      for (const id of files.keys()) if (!remaining.has(id)) files.delete(id);
      onChange();
    },
  };
};

/** The progress of all uploads together, without rejected and cancelled ones. */
export const totalProgress = (uploads: readonly Upload[]) => {
  const counted = uploads.filter(({ state }) => state !== 'rejected' && state !== 'cancelled');
  const sum = (of: (upload: Upload) => number) =>
    counted.reduce((total, upload) => total + of(upload), 0);
  const totalBytes = sum(({ sizeBytes }) => sizeBytes);
  const sentBytes = sum(({ sentBytes }) => sentBytes);
  return {
    total: counted.length,
    sent: counted.filter(({ state }) => state === 'sent').length,
    busy: counted.filter(({ state }) => state === 'waiting' || state === 'sending').length,
    totalBytes,
    sentBytes,
    share: totalBytes > 0 ? sentBytes / totalBytes : 0,
  };
};

const waitFor = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
