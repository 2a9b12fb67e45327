import test from 'ava';
import { helpOf, leavesOf, type Leaf } from '../../cli/src/help.ts';
import { program } from '../../cli/src/program.ts';
import { ONE_A_LINE, parseResult, RESULTS } from '../../cli/src/results/index.ts';
import { openSite, type Ran, type Site } from '../support/example-site.ts';

/** Brokers of a test, or an address at which nobody listens: then these commands say so. */
const BROKERS = process.env['WEATHERLINE_TEST_KAFKA'] ?? '127.0.0.1:9';

let opened: Promise<Site> | undefined;
const site = async (): Promise<Site> => (opened ??= openSite());

test.after.always(async () => {
  await (await opened)?.[Symbol.asyncDispose]();
});

const root = program();
const ofCommands = new Set(leavesOf(root).flatMap(({ command }) => helpOf(command).examples));
/** What stands in a command's own help, too, is run there. */
const isElsewhere = (path: string, example: string): boolean =>
  path === '' && ofCommands.has(example.replace(/ +#.*/, ''));
for (const { path, command } of [{ path: '', command: root }, ...leavesOf(root)]) {
  for (const example of helpOf(command).examples) {
    if (isElsewhere(path, example)) continue;
    // Serial: they share a directory, and each starts processes.
    test.serial(`${path === '' ? 'weatherline' : path} --help gives an example that works: ${example}`, async (t) => {
      const { here, run } = await site();
      const line = await here(path.startsWith('topics') ? `WEATHERLINE_KAFKA_BROKERS=${BROKERS} ${example}` : example);
      const ran = await run(line, { isEndless: isEndless(example), isApart: / up\b/.test(example) });
      const { code, stderr } = ran;
      const says = `${line} ended with ${code}\n${stderr.slice(-2000)}`;
      t.true(code === 0 || allowedBy(command).has(code), says);
      t.notRegex(stderr, /^\s+at .*:\d+:\d+\)?$/m, 'no stack is shown');
      const named = resultOf(path, example);
      if (named !== undefined && ran.stdout !== '') checkResult(ran, named);
    });
  }
}

function isEndless(example: string): boolean {
  return /--(watch|follow)\b/.test(example) || / up\b(?!.*--once)/.test(example);
}

/** Wrong usage and wrong settings are no outcome of an example, whatever else its help states. */
function allowedBy(command: Leaf['command']): ReadonlySet<number | string> {
  return new Set([...helpOf(command).exits.keys()].filter((code) => code !== 2 && code !== 78));
}

/** Which schema an example's stdout has to meet; undefined = it prints text. */
function resultOf(path: string, example: string): string | undefined {
  const last = example.split('|').at(-1) ?? '';
  if (!last.includes('--json') || last.includes('>')) return undefined;
  const matches = [...RESULTS.keys()].filter((name) => {
    const [words = '', ...flags] = name.split(' --');
    return words === path && flags.every((flag) => last.includes(`--${flag}`));
  });
  return matches.toSorted((one, two) => two.length - one.length)[0];
}

function checkResult({ stdout }: Ran, name: string): void {
  const texts = ONE_A_LINE.has(name) ? stdout.trimEnd().split('\n') : [stdout];
  for (const text of texts) parseResult(name, JSON.parse(text));
}
