import test from 'ava';
import { longFiles } from './long-files.ts';

test('files with long forms are those that ask a gate or read the level, by whatever way', (t) => {
  const files = longFiles();
  t.true(files.includes('test/simulation/simulation.test.ts'));
  t.true(files.includes('test/infra/locking.test.ts'), 'by a file of its folder');
  t.true(files.includes('packages/adapters/test/kafka.test.ts'), 'by the test kit');
  t.false(files.includes('packages/events/test/events.test.ts'));
});
