import type { Job } from './work.ts';

/** One job in a process of its own; a mutation, if there is one, has been put in place before this is loaded. */
const { work } = await import('./work.ts');
const job: Job = JSON.parse(process.argv[2] ?? '{}');
process.stdout.write(JSON.stringify(await work(job)));
