import { createServer } from 'node:http';
import { createRecordedUpstream } from '@weatherline/testkit/upstream';

/** The recorded upstream as far away as a real one: `slow-upstream.ts <port> <milliseconds>`. */
const [port = '0', latency = '50'] = process.argv.slice(2);
const upstream = createRecordedUpstream();
const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://upstream');
  const { status, headers, body } = upstream.answer(searchParams);
  setTimeout(() => response.writeHead(status, headers).end(body), Number(latency));
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
