import type { Watched } from './watched.ts';

/** As many log groups as one query of CloudWatch Logs Insights may read ("CloudWatch Logs quotas"). */
const maxLogGroups = 50;

const fields =
  'fields @timestamp, level, function_name, message, step, state, kind, error_code, reason, attempts, duration_ms';
// What Lambda itself writes when it kills a function; such a line is no JSON.
const killed = '@message like /Task timed out|Runtime exited|signal: killed/';
const isFailure = `level in ["WARN", "ERROR"] or ${killed}`;

/** The saved queries of CloudWatch Logs Insights, by their names there. */
const queries = {
  'One image': [
    `${fields}, request_id, trace_id`,
    '| filter image_id = "IMAGE_ID" or @message like "IMAGE_ID"',
    '| sort @timestamp asc',
  ],
  'What failed': [
    `${fields}, image_id, request_id, @message`,
    `| filter ${isFailure}`,
    '| sort @timestamp desc',
    '| limit 200',
  ],
  'Failures by step and code': [
    `filter ${isFailure}`,
    '| stats count(*) as lines, count_distinct(image_id) as images, latest(reason) as example by step, state, kind, error_code, message',
    '| sort lines desc',
  ],
};

/**
 * The queries an operator begins with, in the folder of the stage. They read the logs of the workers
 * first, then of the API's functions, as many as one query may.
 */
export const savedQueriesFor = ({ stackName, functions }: Watched): Record<string, unknown> => {
  const workersFirst = functions.toSorted((a, b) => Number(a.isBehindApi) - Number(b.isBehindApi));
  const LogGroupNames = workersFirst
    .slice(0, maxLogGroups)
    .map(({ name }) => `/aws/lambda/${name}`);
  return Object.fromEntries(
    Object.entries(queries).map(([title, lines]) => [
      `${title.replaceAll(/(^|\s)\w/g, (letter) => letter.trim().toUpperCase())}Query`,
      {
        Type: 'AWS::Logs::QueryDefinition',
        Properties: {
          Name: `${stackName}/${title}`,
          QueryString: lines.join('\n'),
          LogGroupNames,
        },
      },
    ]),
  );
};
