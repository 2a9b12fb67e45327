import * as v from 'valibot';
import { oneOf, text, whole } from './fields.ts';

export const DoctorReport = v.strictObject({
  checks: v.pipe(
    v.array(
      v.strictObject({
        name: text('What was looked at'),
        status: oneOf(['ok', 'warn', 'fail', 'skipped'], 'What it is; skipped = not asked here, the detail says why'),
        detail: text('What was found'),
        fix: v.nullable(text('A command or what else to do; null = nothing')),
      }),
    ),
    v.description('In the order in which they are printed'),
  ),
  status: oneOf(['ok', 'warn', 'fail'], 'The worst of them'),
});
export type DoctorReport = v.InferOutput<typeof DoctorReport>;

const Difference = v.strictObject({
  topic: text('The topic'),
  what: text('What differs: topic = it is missing, partitions, replicas, or a setting by its name'),
  expected: text('What the catalogue says'),
  found: text('What the brokers say'),
});
const topics = whole('How many topics the catalogue has');
const differences = (says: string) => v.pipe(v.array(Difference), v.description(says));

export const TopicsVerified = v.strictObject({ topics, differences: differences('Empty = all is well') });
export type TopicsVerified = v.InferOutput<typeof TopicsVerified>;

export const TopicsApplied = v.strictObject({
  topics,
  changed: differences('What was created or set'),
  conflicts: differences('What cannot be changed where it is'),
});
export type TopicsApplied = v.InferOutput<typeof TopicsApplied>;
