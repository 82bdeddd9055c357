import { z } from 'zod';
import { CommandFailedError } from '#infra/cli/run-command.ts';

const Health = z.looseObject({ version: z.string(), edition: z.string().optional() });

/** Version of the LocalStack at the endpoint. Throws a CommandFailedError if there is none. */
export const findVersion = async (endpoint: string): Promise<string> => {
  try {
    const response = await fetch(new URL('/_localstack/health', endpoint));
    return Health.parse(await response.json()).version;
  } catch {
    throw new CommandFailedError(
      `No LocalStack answers at ${endpoint}. Start one by: ` +
        'docker compose -f docker-compose.localstack.yml up --detach --wait',
    );
  }
};
