const waitMs = 50; // too short for a reader to notice

/**
 * Writes lines a moment later, several together: each write is a system call, mostly one that wakes
 * a reader, and a picture leaves half a dozen lines.
 */
export const batchedOutput = (write: (text: string) => void) => {
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const text = waiting;
    waiting = '';
    if (text !== '') write(text);
  };
  const add = (line: string) => {
    waiting += `${line}\n`;
    timer ??= setTimeout(flush, waitMs);
  };
  return { add, flush };
};
