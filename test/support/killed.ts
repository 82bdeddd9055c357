/** SIGKILL; true if the process was there. */
export const killed = (pid: number): boolean => {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false; // it ended by itself meanwhile
  }
};
