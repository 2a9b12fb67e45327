import { calmScenario, drawScenario } from './scenario.ts';
import { simulate } from './simulate.ts';

/** By hand: `main.ts SEED [COUNT] [trace|calm]` says what fails, and with a third word everything that happened. */
const [from = '1', count = '1', flag = ''] = process.argv.slice(2);
Error.stackTraceLimit = flag === '' ? 0 : 10;
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const started = performance.now();
let failing = 0;
for (let seed = Number(from); seed < Number(from) + Number(count) && failing < 6; seed += 1) {
  const scenario = flag === 'calm' ? calmScenario(seed) : drawScenario(seed);
  const { trace, lines, violations, hash, points, crashes } = await simulate(scenario, { trace: flag !== '' });
  if (flag !== '') print([...trace, JSON.stringify(scenario), ...lines].join('\n'));
  if (violations.length > 0) failing += 1;
  if (violations.length > 0 || flag !== '')
    print([`${seed} ${hash} ${points} points, ${crashes} crashes`, ...violations].join('\n  '));
}
print(`${((performance.now() - started) / Number(count)).toFixed(2)} ms a seed, ${failing} failing`);
