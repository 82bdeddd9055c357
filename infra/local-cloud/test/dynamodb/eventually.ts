const timeoutMs = 25_000; // a little less than a test may take, which would not say what came last
const pauseMs = 20;

/** Polls until the answer is as expected; returns the last answer. */
export const eventually = async <T>(
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
): Promise<T> => {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isRight(answer) || Date.now() > until) return answer;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
};
