import { simulate } from './simulate.ts';
import { calmScenario, drawScenario } from './scenario.ts';

const [from = '1', count = '1', flag = ''] = process.argv.slice(2);
Error.stackTraceLimit = flag === '' ? 0 : 10;
const started = performance.now();
let failing = 0;
for (let seed = Number(from); seed < Number(from) + Number(count); seed += 1) {
  const scenario = flag === 'calm' ? calmScenario(seed) : drawScenario(seed);
  const outcome = await simulate(scenario, { trace: flag !== '' });
  if (flag !== '') {
    console.log(outcome.trace.join('\n'));
    console.log(JSON.stringify(scenario));
    console.log(outcome.lines.join(''));
  }
  if (outcome.violations.length > 0) failing += 1;
  if (outcome.violations.length > 0 || flag !== '') {
    console.log(seed, outcome.hash, outcome.points, outcome.crashes, outcome.settledAfterMs, outcome.violations);
    if (failing > 5) break;
  }
}
console.log(`${((performance.now() - started) / Number(count)).toFixed(2)} ms a seed, ${failing} failing`);
