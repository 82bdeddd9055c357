/** A step of a command failed. The message is for the person at the terminal. */
export class CommandFailedError extends Error {
  override readonly name: string = 'CommandFailedError';
}

/** A program that a suite needs is not on this machine. */
export class ToolMissingError extends CommandFailedError {
  override readonly name = 'ToolMissingError';
}

/** For a step that fetches a tool: if it fails, the tool is missing. */
export const asMissing =
  (what: string) =>
  (error: unknown): never => {
    if (!(error instanceof CommandFailedError)) throw error;
    throw new ToolMissingError(`${what} ${error.message}`);
  };
