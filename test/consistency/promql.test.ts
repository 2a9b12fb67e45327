import test from 'ava';
import { metricsIn } from './promql.ts';

test('the metrics of an expression are found, and nothing else in it', (t) => {
  t.deepEqual(metricsIn('sum by (topic) (rate(a_total{topic=~"x|y"}[5m])) / on(topic) group_left b > bool 0.1'), [
    'a_total',
    'b',
  ]);
  t.deepEqual(metricsIn('absent(up{job="a"} == 1) or vector(1)'), ['up']);
  t.deepEqual(metricsIn('max_over_time((time() - c_seconds)[30m:1m]) offset 1h'), ['c_seconds']);
  t.deepEqual(metricsIn('histogram_quantile(0.99, sum by (le) (rate(d_bucket[5m])))'), ['d_bucket']);
});

test('a metric that is named by its label is found', (t) => {
  t.deepEqual(metricsIn('{__name__="a_total", job="x"}'), ['a_total']);
  t.deepEqual(metricsIn('{job="x"}'), ['{job="x"}']);
});

test('what is no PromQL is refused', (t) => {
  t.throws(() => metricsIn('sum by ('), { instanceOf: SyntaxError });
  t.throws(() => metricsIn('rate(a_total[5 minutes])'), { instanceOf: SyntaxError });
});
