import { costOf, leversOf, type Environment, type Environments } from './levers.ts';
import { linesOf, totalOf, type Line } from './lines.ts';
import { PRICES, type Price } from './prices.ts';
import { compareWithSeed, leftOut, nodesOf, SEED_NODES } from './seed.ts';

type Rows = readonly (readonly string[])[];

export function usd(amount: number): string {
  return amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

/** `3 × 0.0816 $/h × 730 h`, as it can be counted again. */
export function arithmeticOf({ quantity, price, hours, share }: Line): string {
  const { usd: one, per, assumed } = priceOf(price);
  const steps = [`${Number(quantity.toFixed(3))} × ${one} $/${per}`, ...(hours === undefined ? [] : [`${hours} h`])];
  return [...steps, ...(share === undefined ? [] : [String(share)])].join(' × ') + (assumed === true ? ' ASSUMED' : '');
}

function priceOf(name: keyof typeof PRICES): Price {
  return PRICES[name];
}

export function environmentText(title: string, { shape, workload }: Environment): string {
  const lines = linesOf(shape, workload);
  const rows = lines.map((line) => [line.group, line.item, arithmeticOf(line), usd(line.usd)]);
  return [
    `### ${title}`,
    '',
    ...table(['', 'what', 'arithmetic', '$ a month'], [...rows, ['', '**total**', '', `**${usd(totalOf(lines))}**`]]),
  ].join('\n');
}

/** dr is shown twice: as it waits, and as it stands by. */
export function titledOf(all: Environments): readonly (readonly [string, Environment])[] {
  const light = { ...all.dr, shape: { ...all.dr.shape, isRunning: true } };
  const cold = { ...all.dr, shape: { ...all.dr.shape, isRunning: false } };
  return [
    ['dev', all.dev],
    ['staging', all.staging],
    ['prod', all.prod],
    ['dr, cold', cold],
    ['dr, pilot_light', light],
  ];
}

export function summaryText(all: Environments): string {
  const rows = titledOf(all).map(([title, environment]) => [title, usd(costOf(environment))]);
  const sum = ['dev', 'staging', 'prod', 'dr, cold'].map(
    (name) => titledOf(all).find(([title]) => title === name)?.[1],
  );
  const total = sum.reduce((so, one) => so + (one === undefined ? 0 : costOf(one)), 0);
  return table(['environment', '$ a month'], [...rows, ['**all, dr cold**', `**${usd(total)}**`]]).join('\n');
}

export function leversText(all: Environments): string {
  const rows = leversOf(all).map(({ what, usd: change, price }) => [
    what,
    `${change > 0 ? '+' : ''}${usd(change)}`,
    price,
  ]);
  return table(['choice', '$ a month', 'its price'], rows).join('\n');
}

export function seedText(all: Environments): string {
  const compared = compareWithSeed(all);
  const rows = compared.map(({ group, seed, ours }) => [group, seed === 0 ? 'left out' : usd(seed), usd(ours)]);
  const [seed, ours] = [compared.reduce((so, one) => so + one.seed, 0), compared.reduce((so, one) => so + one.ours, 0)];
  return [
    ...table(
      ['dev, staging and prod', 'seed', 'here'],
      [...rows, ['**total**', `**${usd(seed)}**`, `**${usd(ours)}**`]],
    ),
    '',
    `What it left out is ${usd(leftOut(compared))} of ours. It has ${SEED_NODES} nodes, here there are ${nodesOf(all)}.`,
  ].join('\n');
}

export function pricesText(): string {
  const rows = Object.entries<Price>(PRICES).map(([name, { usd: one, per, source, asOf, assumed }]) => [
    name,
    `${one} $/${per}`,
    assumed === true ? 'ASSUMED' : source,
    asOf,
  ]);
  return table(['price', '', 'source', 'of'], rows).join('\n');
}

/** Everything, as docs/cost.md has it. */
export function wholeText(all: Environments): string {
  return [
    summaryText(all),
    '## Levers',
    leversText(all),
    "## The seed's estimate",
    seedText(all),
    '## Line by line',
    ...titledOf(all).map(([title, environment]) => environmentText(title, environment)),
    '## Prices',
    pricesText(),
  ].join('\n\n');
}

function table(head: readonly string[], rows: Rows): string[] {
  const rule = head.map((title) => (title === '$ a month' || title === 'seed' || title === 'here' ? '--:' : '---'));
  return [rowOf(head), `|${rule.join('|')}|`, ...rows.map(rowOf)];
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
