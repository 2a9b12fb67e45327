import type { Block, HclFile } from '../hcl.ts';
import { verdict, type Problem, type Verdict } from '../rule.ts';

/** A question about what is written, before anything is planned. */
export type WrittenRule = {
  readonly name: string;
  readonly asks: string;
  readonly judge: (files: readonly HclFile[]) => readonly Verdict[];
};

export function judged(found: readonly Block[], problemOf: (block: Block) => string | undefined): readonly Verdict[] {
  return found.map((block) => verdict([block.path, ...block.labels].join(' '), problemOf(block)));
}

export function writtenProblems(rules: readonly WrittenRule[], files: readonly HclFile[]): Problem[] {
  return rules.flatMap(({ name, judge }) =>
    judge(files).flatMap(({ address, problem }) => (problem === undefined ? [] : [{ rule: name, address, problem }])),
  );
}
