import { parseArgs } from 'node:util';
import { startS3Server } from './server.ts';

/** The S3 server by itself: `node packages/testkit/src/s3/main.ts --port 9000 --bucket weatherline`. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9000' },
    bucket: { type: 'string', multiple: true, default: ['weatherline'] },
    'require-condition': { type: 'boolean', default: false },
    'require-session-token': { type: 'boolean', default: false },
  },
});
const server = await startS3Server({
  port: Number(values.port),
  buckets: values.bucket,
  requireCondition: values['require-condition'],
  requireSessionToken: values['require-session-token'],
});
process.stdout.write(`ready ${server.url}\n`);
process.stderr.write(
  `try  curl -X PUT '${server.url}/_faults' -d '[{"fault":"slow-down","operation":"PutObject","times":3}]'\n` +
    `     AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test WEATHERLINE_S3_PATH_STYLE=true \\\n` +
    `     WEATHERLINE_S3_ENDPOINT=${server.url} WEATHERLINE_S3_BUCKET=${values.bucket[0]} …\n`,
);
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(signal, () => process.exit(0));
