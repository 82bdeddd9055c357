// npm run audit: do tallies, contents and objects say what the records say?
import { parseArgs } from 'node:util';
import { openDynamodb, openS3 } from '#lib/aws/clients.ts';
import { Settings } from '#lib/settings.ts';
import { resolveEndpoint } from '../local/resolve-endpoint.ts';
import { findDifferences } from './audit/differences.ts';
import { readAll } from './audit/read-all.ts';
import { countVariants } from './audit/variant-differences.ts';

const help = `npm run audit -- [--stage dev] [--settings .env]

Reads every record and every object, computes from them what the tallies, the contents and the
buckets should hold, and prints each difference. Ends with 1 if there is one.
Nothing is changed. It reads whole tables: on AWS that costs a read unit for each 4 KB.
Stage dev is the embedded stack (DYNAMODB_PORT, S3_PORT), or what AWS_ENDPOINT_URL, or that of a service
(AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_S3), names in your environment or in .env. Any other stage is
found by the AWS credentials and AWS_REGION of your environment alone.
While work is going on, a difference may be a thing of the moment: look again when all is quiet.`;

const { values } = parseArgs({
  options: {
    stage: { type: 'string', default: 'dev' },
    settings: { type: 'string', default: '.env' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}

const { stage } = values;
const clientOf = resolveEndpoint(stage, values.settings);

const kept = await readAll({
  stage,
  dynamodb: openDynamodb(clientOf('DYNAMODB')),
  s3: openS3(clientOf('S3')),
});
const sizes = Settings.shape.THUMBNAIL_SIZES.parse(process.env['THUMBNAIL_SIZES'] || undefined);
const differences = findDifferences(kept, sizes);

for (const difference of differences) console.log(difference);
const { images, renditionSets, batches, originals, derived } = kept;
console.log(
  `${images.length} images, ${renditionSets.length} contents, ${batches.length} batches, ` +
    `${originals.size} originals and ${derived.size} derived objects, ` +
    `${countVariants(kept)} of them made on demand: ` +
    `${differences.length === 0 ? 'no' : differences.length} differences.`,
);
process.exit(differences.length === 0 ? 0 : 1);
