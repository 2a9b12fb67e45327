import { parseArgs } from 'node:util';
import { startRecordedUpstream } from './server.ts';

/** The recorded upstream by itself, for people: `npm run upstream -- --port 8090`. */
const { values } = parseArgs({
  options: { port: { type: 'string', default: '8090' }, 'recorded-dt': { type: 'boolean', default: false } },
});
const server = await startRecordedUpstream({ port: Number(values.port), recordedDt: values['recorded-dt'] });
process.stdout.write(`ready ${server.url}\n`);
process.stderr.write(
  `try  curl '${server.url}/data/2.5/weather?lat=45.133&lon=7.367&units=metric&appid=any'\n` +
    `     curl '${server.url}/data/3.0/onecall/timemachine?lat=47.61&lon=-122.33&dt=1700000000&units=metric&appid=any'\n` +
    `     curl -X PUT '${server.url}/_script' -d '[{"fault":"too-many","times":3}]'\n` +
    `     WEATHERLINE_OPENWEATHER_URL=${server.url} OPENWEATHER_API_KEY=any npm start\n`,
);
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(signal, () => process.exit(0));
