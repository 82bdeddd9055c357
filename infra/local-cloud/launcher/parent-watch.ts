/**
 * Calls back once when the process that started this one is gone, even by `kill -9`: the system
 * then gives us another parent. (Windows does not; there a closed channel has to tell.)
 */
export const onceParentIsGone = (gone: () => void, everyMs = 500): void => {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, everyMs);
  timer.unref();
};
