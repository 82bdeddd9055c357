import { findDifferences } from '#infra/cli/audit/differences.ts';
import { readAll } from '#infra/cli/audit/read-all.ts';
import type { StoredRecords } from '#infra/cli/audit/stored-records.ts';
import { waitForCounters } from '#infra/cli/audit/wait-for-counters.ts';
import { openDynamodb, openS3 } from '#lib/aws/clients.ts';
import { Settings } from '#lib/settings.ts';

/** Reads the stores of an embedded stack directly, bypassing the fault proxy. */
export const openAuditor = ({ env }: { env: Record<string, string> }) => {
  const place = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'darkroom', secretAccessKey: 'darkroom-secret' },
  };
  const endpointFor = (service: string) => env[`AWS_ENDPOINT_URL_${service}`] ?? '';
  const dynamodb = openDynamodb({ ...place, endpoint: endpointFor('DYNAMODB') });
  const s3 = openS3({ ...place, endpoint: endpointFor('S3') });
  const storedRecords = (): Promise<StoredRecords> => readAll({ stage: 'dev', dynamodb, s3 });

  return {
    storedRecords,
    /** What npm run audit would print. */
    audit: async (): Promise<string[]> =>
      findDifferences(
        await waitForCounters(storedRecords),
        Settings.shape.THUMBNAIL_SIZES.parse(undefined),
      ),
    close: () => {
      dynamodb.destroy();
      s3.destroy();
    },
  };
};
