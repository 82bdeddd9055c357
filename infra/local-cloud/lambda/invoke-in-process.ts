import { type Invoker, type LocalFunction, loadHandler, makeContext, timedOut } from './invoke.ts';

/**
 * Calls a function in this process: cheap, and its neighbours share its modules. When its time is
 * up it counts as failed, but nothing can stop it from running on.
 */
export const inProcess = (fn: LocalFunction, region: string): Invoker => {
  const handler = () => loadHandler(fn.modulePath, fn.exportName); // imported once, by Node

  const invoke = async (event: unknown): Promise<unknown> => {
    const call = await handler();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(timedOut(fn)), fn.timeoutSeconds * 1000);
    try {
      return await Promise.race([call(event, makeContext(fn, region)), late]);
    } finally {
      clearTimeout(timer);
    }
  };
  return { invoke, warm: async () => void (await handler()), stop: async () => {} };
};
