import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import * as v from 'valibot';
import { parse } from 'yaml';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const MONITORING = at('manifests/base/kafka/monitoring');
const RUNBOOK = readFileSync(at('docs/runbooks/kafka.md'), 'utf8');
const HEADINGS = ['Meaning', 'User impact', 'First look', 'Likely causes', 'Mitigation', 'Verify', 'Escalation'];

const Rules = v.object({
  spec: v.object({
    groups: v.array(
      v.object({
        rules: v.array(
          v.object({
            alert: v.string(),
            expr: v.string(),
            for: v.string(),
            labels: v.object({ severity: v.picklist(['page', 'ticket']) }),
            annotations: v.object({ summary: v.string(), runbook_url: v.pipe(v.string(), v.url()) }),
          }),
        ),
      }),
    ),
  }),
});

const alerts = readdirSync(MONITORING)
  .filter((file) => file.startsWith('prometheus-rule'))
  .flatMap((file) => v.parse(Rules, parse(readFileSync(`${MONITORING}/${file}`, 'utf8'))).spec.groups)
  .flatMap(({ rules }) => rules);

/** The runbook's sections: what stands under each `## Name`. */
const sections = new Map(
  RUNBOOK.split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
);

test('every alert on Kafka has its section in the runbook, and every section its alert', (t) => {
  t.deepEqual([...sections.keys()].toSorted(), alerts.map(({ alert }) => alert).toSorted());
  for (const { alert, annotations } of alerts) {
    t.true(annotations.runbook_url.endsWith(`/docs/runbooks/kafka.md#${alert.toLowerCase()}`), alert);
  }
});

test('every section of the runbook says the same seven things in the same order', (t) => {
  for (const [name, section] of sections) {
    const found = [...section.matchAll(/^\*\*(.+?)\.\*\*/gm)].map(([, heading]) => heading);
    t.deepEqual(found, HEADINGS, name);
  }
});

test('no alert on Kafka fires because nothing happens between two slots', (t) => {
  for (const { alert, expr } of alerts) t.notRegex(expr, /\b(rate|increase)\(.*== 0|messagesin/, alert);
});
