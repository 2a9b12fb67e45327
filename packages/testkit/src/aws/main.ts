import { parseArgs } from 'node:util';
import { motoIsMissing } from './moto.ts';
import { startAwsStandIn } from './server.ts';

/** The stand-in for AWS by itself, for people: `node packages/testkit/src/aws/main.ts --port 5566`. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    account: { type: 'string', default: '123456789012' },
    trace: { type: 'boolean', default: false },
  },
});
const missing = motoIsMissing();
if (missing !== undefined) {
  process.stderr.write(`${missing}; try  python3 -m pip install 'moto[server]'\n`);
  process.exit(1);
}
const standIn = await startAwsStandIn({
  port: Number(values.port),
  account: values.account,
  onCall: ({ service, operation, region, status, by }) => {
    if (values.trace || by === 'nobody')
      process.stderr.write(`${status} ${service} ${operation} (${region}, ${by === 'nobody' ? 'unknown' : by})\n`);
  },
});
process.stdout.write(`ready ${standIn.url}\n`);
const exports = Object.entries(standIn.environment).map(([name, text]) => `     export ${name}=${text}\n`);
process.stderr.write(`try\n${exports.join('')}     terraform plan\n`);
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(signal, () => process.exit(0));
