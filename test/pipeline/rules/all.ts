import { problemsOf } from '../support/github.ts';
import { parseWorkflows, placesOf, type Texts } from '../support/workflow.ts';
import { order } from './order.ts';
import { power } from './power.ts';
import { repository } from './repository.ts';
import type { Rule, Subject } from './rule.ts';
import { steps } from './steps.ts';

const accepted: Rule = {
  name: "GitHub's own parser accepts it",
  check: async ({ workflows }) => {
    const texts = new Map(workflows.map(({ name, text }) => [name, text]));
    return (await Promise.all(workflows.map(async ({ name }) => problemsOf(name, texts)))).flat();
  },
};

export const RULES: readonly Rule[] = [accepted, ...power, ...steps, ...order, ...repository];

/** What is against each rule; rules that nothing is against are not there. */
export async function against(texts: Texts): Promise<ReadonlyMap<string, readonly string[]>> {
  const workflows = parseWorkflows(texts);
  const subject: Subject = { workflows, places: placesOf(workflows) };
  const found = await Promise.all(RULES.map(async ({ name, check }) => ({ name, problems: await check(subject) })));
  return new Map(found.filter(({ problems }) => problems.length > 0).map(({ name, problems }) => [name, problems]));
}
