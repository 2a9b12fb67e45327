import { readFileSync } from 'node:fs';
import test from 'ava';
import { alwaysOn, costOf, leversOf, onDemandOf, withoutStrimzi, type Environment } from '../../infra/cost/levers.ts';
import { cents, linesOf, totalOf, type Line } from '../../infra/cost/lines.ts';
import { readEnvironments, run, withTables } from '../../infra/cost/main.ts';
import { arithmeticOf, titledOf, wholeText } from '../../infra/cost/print.ts';
import { PRICES, SHARES, type Price } from '../../infra/cost/prices.ts';
import { compareWithSeed, leftOut, nodesOf } from '../../infra/cost/seed.ts';
import type { Shape } from '../../infra/cost/shape.ts';

const ALL = readEnvironments();
const DOCUMENT = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');

const linesIn = ({ shape, workload }: Environment): readonly Line[] => linesOf(shape, workload);
const lineOf = (environment: Environment, item: string): Line | undefined =>
  linesIn(environment).find((line) => line.item.startsWith(item));
const usdOf = (environment: Environment, item: string): number => lineOf(environment, item)?.usd ?? 0;
const reshaped = (one: Environment, shape: Partial<Shape>): Environment => ({
  ...one,
  shape: { ...one.shape, ...shape },
});
const leverOf = (what: string): number => leversOf(ALL).find((lever) => lever.what.startsWith(what))?.usd ?? Number.NaN;

test('docs/cost.md is what the program prints; `npx node infra/cost/main.ts --write` writes it', (t) => {
  const printed = wholeText(ALL);
  t.is(withTables(DOCUMENT, printed), DOCUMENT);
  const larger = reshaped(ALL.prod, { system: { ...ALL.prod.shape.system, count: 4 } });
  t.not(withTables(DOCUMENT, wholeText({ ...ALL, prod: larger })), DOCUMENT, 'one node more makes it stale');
  t.throws(() => withTables('# no marks', printed), { message: /expected <!-- what/ });
});

for (const [title, environment] of titledOf(ALL)) {
  test(`${title}: each line is the product that is printed beside it, and the total is their sum`, (t) => {
    const lines = linesIn(environment);
    for (const line of lines) {
      const factors = arithmeticOf(line)
        .split(' × ')
        .map((text) => Number.parseFloat(text));
      const product = factors.reduce((so, one) => so * one, 1);
      t.true(
        Math.abs(product - line.usd) <= 0.0051,
        `${line.item}: ${arithmeticOf(line)} = ${product}, not ${line.usd}`,
      );
      t.true(line.usd > 0, line.item);
      t.is(line.hours, PRICES[line.price].per === 'h' ? 730 : undefined, line.item);
      const price: Price = PRICES[line.price];
      t.is(arithmeticOf(line).includes('ASSUMED'), price.assumed === true, line.item);
    }
    const sum = lines.reduce((so, { usd }) => so + Math.round(usd * 100), 0) / 100;
    t.is(costOf(environment), sum);
    t.is(new Set(lines.map(({ item }) => item)).size, lines.length, 'no line stands twice');
    t.true(DOCUMENT.includes(`**${sum.toLocaleString('en-US', { minimumFractionDigits: 2 })}**`));
  });
}

test('figures that can be counted by hand are as counted by hand', (t) => {
  t.is(usdOf(ALL.dev, 'EKS'), 73);
  t.is(usdOf(ALL.dev, 'system nodes'), 98.11);
  t.is(usdOf(ALL.dev, 'spot nodes'), 20.85);
  t.is(usdOf(ALL.staging, 'system nodes'), 119.14);
  t.is(usdOf(ALL.prod, 'system nodes'), 178.7);
  t.is(usdOf(ALL.prod, 'on-demand nodes, m7g.xlarge'), 357.41);
  t.is(usdOf(ALL.prod, 'interface endpoints'), 109.5);
  t.is(usdOf(ALL.prod, 'load balancer units'), 5.84);
  t.is(usdOf(ALL.prod, 'NAT gateways') + usdOf(ALL.prod, 'data through NAT'), 101.25);
});

test('prices have a source and a date, and what is assumed says so', (t) => {
  for (const [name, price] of Object.entries<Price>(PRICES)) {
    t.true(price.usd > 0, name);
    t.regex(price.asOf, /^20\d\d(-\d\d-\d\d)?$/, name);
    t.is(price.assumed === true, !/\w\.\w+\/|^aws\/|^gist /.test(price.source), name);
    t.regex(DOCUMENT, new RegExp(`^\\| ${name} \\| .*${price.assumed === true ? 'ASSUMED' : price.asOf}`, 'm'));
  }
});

test('NAT in each zone costs two gateways and two addresses more than a single one', (t) => {
  const { staging, prod } = ALL;
  t.is(staging.shape.nat, 'single');
  t.is(prod.shape.nat, 'per_az');
  const more = cents(costOf(reshaped(staging, { nat: 'per_az' })) - costOf(staging));
  t.is(more, cents(2 * 0.045 * 730 + 2 * 0.005 * 730));
  t.is(leverOf('staging: a NAT gateway'), more);
  t.is(leverOf('prod: one NAT gateway'), -more);
});

test('MSK takes the place of Strimzi: its lines come, the volumes of Kafka and the larger nodes go', (t) => {
  for (const mode of ['serverless', 'provisioned'] as const) {
    const workload = { ...ALL.prod.workload, ...withoutStrimzi(ALL.prod.workload) };
    const withMsk: Environment = { shape: { ...ALL.prod.shape, kafka: mode }, workload };
    t.is(lineOf(withMsk, 'volumes of Kafka'), undefined);
    t.is(lineOf(withMsk, 'on-demand nodes, m7g.xlarge'), undefined);
    t.is(usdOf(withMsk, 'on-demand nodes, m7g.large: Vault, Prometheus'), 178.7);
    const msk = totalOf(linesIn(withMsk).filter(({ group }) => group === 'Kafka'));
    t.is(msk, mode === 'serverless' ? cents(0.75 * 730 + 192 * 0.0015 * 730) : cents(3 * 0.204 * 730 + 300 * 0.1 + 1));
    // 178.70 of nodes, 12.00 of volumes, 6 CPUs that GuardDuty watches.
    t.is(leverOf(`prod: MSK ${mode === 'serverless' ? 'Serverless' : 'provisioned'}`), cents(msk - 178.71 - 12 - 9));
  }
});

test('functions cost nothing while they are at zero, and a part of a spot node if they never were', (t) => {
  t.is(alwaysOn(0), 0);
  t.is(alwaysOn(1), cents((0.34 / 2) * 0.0816 * 730 * 0.35));
  t.true(Math.abs(alwaysOn(6) - 6 * alwaysOn(1)) < 0.05);
  t.is(leverOf('prod: functions that never go to zero'), alwaysOn(1));
});

test('levers are differences of bills', (t) => {
  t.is(leverOf('prod: no interface endpoints'), -usdOf(ALL.prod, 'interface endpoints'));
  t.is(leverOf('staging: only'), -costOf(ALL.staging));
  t.is(leverOf('dev: npm start'), -costOf(ALL.dev));
  t.is(leverOf('any cluster'), 365);
  t.is(leverOf('dev: system nodes in working hours'), cents(-98.112 * (1 - 65 / 168)));
  const onDemand = onDemandOf(linesIn(ALL.prod));
  t.false(onDemand.some(({ item }) => item.startsWith('spot')));
  t.is(leverOf('prod: Compute Savings Plan'), cents(-totalOf(onDemand) * SHARES.savingsPlanDiscount));
  const light = reshaped(ALL.dr, { isRunning: true });
  t.is(leverOf('dr: pilot light'), cents(costOf(light) - costOf(ALL.dr)));
});

test("the seed's 536 dollars are compared group by group, and what it left out is summed", (t) => {
  const compared = compareWithSeed(ALL);
  t.is(
    compared.reduce((so, { seed }) => so + seed, 0),
    536,
  );
  const ours = compared.reduce((so, one) => so + one.ours, 0);
  t.is(cents(ours), cents(costOf(ALL.dev) + costOf(ALL.staging) + costOf(ALL.prod)));
  const missing = compared.filter(({ seed }) => seed === 0);
  t.deepEqual(
    missing.map(({ group }) => group),
    ['disks', 'network', 'edge', 'security', 'logs', 'stores'],
  );
  const counted = [ALL.dev, ALL.staging, ALL.prod].flatMap((one) =>
    linesIn(one).filter(({ group, item }) => group === 'nodes' && item !== 'access host'),
  );
  t.is(
    nodesOf(ALL),
    counted.reduce((so, { quantity }) => so + quantity, 0),
  );
  t.is(leftOut(compared), cents(missing.reduce((so, one) => so + one.ours, 0)));
});

test('the program prints one environment, everything, or JSON, and refuses other words', (t) => {
  t.regex(run(['prod']), /^### prod\n/);
  t.regex(run(['dr']), /### dr, cold\n[\s\S]*### dr, pilot_light\n/);
  t.is(run([]), wholeText(ALL));
  const { environments } = JSON.parse(run(['staging', '--json']));
  t.deepEqual(
    environments.map((one: { environment: string; usd: number }) => [one.environment, one.usd]),
    [['staging', costOf(ALL.staging)]],
  );
  t.is(JSON.parse(run(['--json'])).environments.length, 5);
  for (const args of [['qa'], ['dev', 'prod'], ['--yaml'], ['--json', '--write']]) {
    t.throws(() => run(args), { instanceOf: RangeError, message: /^usage: / });
  }
});
