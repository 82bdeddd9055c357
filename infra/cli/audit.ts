// npm run audit: compares counters, rendition sets, lists and objects with the records.
import { openDynamodb, openS3 } from '#lib/aws/clients.ts';
import { Settings } from '#lib/settings.ts';
import { findDifferences } from './audit/differences.ts';
import { readAll } from './audit/read-all.ts';
import { countVariants } from './audit/variant-differences.ts';
import { waitForCounters } from './audit/wait-for-counters.ts';
import { parseCommandLine, runMain } from './main.ts';
import { resolveEndpoint } from './start/resolve-endpoint.ts';

const help = `npm run audit -- [--stage dev] [--settings .env]

Reads every record and every object, computes from the records what the counters, the rendition
sets, the lists and the buckets should hold, and prints each difference, in both directions: what is
missing and what belongs to nothing. It changes nothing. It reads whole tables: on AWS that costs
one read unit for each 4 KB. Counters of images follow within about a second; while they differ,
everything is read again for up to 15 seconds.

  --stage <name>     dev (the default) is the embedded stack (DYNAMODB_PORT, S3_PORT), or what
                     AWS_ENDPOINT_URL or that of a service names in your environment or in .env;
                     any other stage is found by AWS credentials and AWS_REGION of your environment
  --settings <file>  where settings are read from, if not from .env
  --help             this text

Exit code: 0 no difference, 1 at least one, 2 it could not be run.
While work is in progress a difference may be momentary: run it again when the stack is idle.
`;

const options = {
  stage: { type: 'string', default: 'dev' },
  settings: { type: 'string', default: '.env' },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

await runMain('audit', async () => {
  const { stage, settings, help: wantsHelp } = parseCommandLine({ options }).values;
  if (wantsHelp) {
    process.stdout.write(help);
    return 0;
  }
  const clientConfig = resolveEndpoint(stage, settings);
  const dynamodb = openDynamodb(clientConfig('DYNAMODB'));
  const s3 = openS3(clientConfig('S3'));
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  const stored = await waitForCounters(() => readAll({ stage, dynamodb, s3, onProgress }));
  const sizes = Settings.shape.THUMBNAIL_SIZES.parse(process.env['THUMBNAIL_SIZES'] || undefined);
  const differences = findDifferences(stored, sizes);

  for (const difference of differences) console.log(difference);
  const { images, renditionSets, batches, originals, derived } = stored;
  console.log(
    `${images.length} images, ${renditionSets.length} rendition sets, ${batches.length} batches, ` +
      `${originals.size} originals and ${derived.size} derived objects, ` +
      `${countVariants(stored)} of them made on demand: ` +
      `${differences.length === 0 ? 'no' : differences.length} differences.`,
  );
  return differences.length === 0 ? 0 : 1;
});
