/** Where one file is on its way. Bytes are those of the file. */
export type Upload = {
  id: number;
  name: string;
  sizeBytes: number;
  sentBytes: number;
  state: 'waiting' | 'sending' | 'sent' | 'refused' | 'broken' | 'cancelled';
  /** A sentence, where it was refused or broke off. */
  reason?: string;
};

/** The server will not have it: trying again would not help. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';
}

type Sending = { onProgress: (sentBytes: number) => void; signal: AbortSignal };
type Tools<File> = {
  /** Sends one file; rejects with NotTaken, or anything else where another try may help. */
  send: (file: File, sending: Sending) => Promise<void>;
  changed: () => void;
  /** Seconds to wait before another try; the queue gives up after the last. */
  pausesMs?: readonly number[];
  reasonOf: (error: unknown) => string;
};

const atOnce = 4; // more would share the same line, and each would take longer

/** Sends files, a few at a time, in the order in which they came. */
export const uploadQueue = <File extends { name: string; size: number }>({
  send,
  changed,
  pausesMs = [1000, 4000],
  reasonOf,
}: Tools<File>) => {
  const files = new Map<number, File>();
  const aborts = new Map<number, AbortController>();
  let uploads: Upload[] = [];
  let next = 1;
  let running = 0;

  const change = (id: number, what: Partial<Upload>) => {
    const upload = uploads.find((each) => each.id === id);
    if (!upload) return;
    Object.assign(upload, what);
    changed();
  };

  const pump = () => {
    for (const upload of uploads) {
      if (running >= atOnce) return;
      if (upload.state !== 'waiting') continue;
      running++;
      upload.state = 'sending';
      void run(upload.id).finally(() => {
        running--;
        pump();
      });
    }
    changed();
  };

  const run = async (id: number) => {
    const file = files.get(id);
    if (!file) return;
    const abort = new AbortController();
    aborts.set(id, abort);
    const { signal } = abort;
    for (let attempt = 0; ; attempt++) {
      try {
        const onProgress = (sentBytes: number) => change(id, { sentBytes });
        await send(file, { onProgress, signal });
        change(id, { state: 'sent', sentBytes: file.size });
        files.delete(id); // the bytes are not needed any more
        break;
      } catch (error) {
        if (signal.aborted) break;
        if (error instanceof NotTaken) {
          change(id, { state: 'refused', reason: error.message, sentBytes: 0 });
          break;
        }
        const pause = pausesMs[attempt];
        change(id, { sentBytes: 0 });
        if (pause === undefined) {
          change(id, { state: 'broken', reason: reasonOf(error) });
          break;
        }
        await waited(pause, signal);
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
      if (upload?.state !== 'broken' && upload?.state !== 'cancelled') return;
      delete upload.reason;
      upload.state = 'waiting';
      pump();
    },
    /** Forgets those that have ended. */
    clear: (): void => {
      uploads = uploads.filter(({ state }) => state === 'waiting' || state === 'sending');
      const kept = new Set(uploads.map(({ id }) => id));
      for (const id of files.keys()) if (!kept.has(id)) files.delete(id);
      changed();
    },
  };
};

/** How far all of them are. Refused and cancelled ones do not count. */
export const progressOf = (uploads: readonly Upload[]) => {
  const counted = uploads.filter(({ state }) => state !== 'refused' && state !== 'cancelled');
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

const waited = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
