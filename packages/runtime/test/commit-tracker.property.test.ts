import test from 'ava';
import fc from 'fast-check';
import { CommitTracker } from '../src/commit-tracker.ts';
import type { Committed } from '../src/ports.ts';

/**
 * The model: offsets are delivered in order with gaps, finish in any order, and the owner may be revoked (a clean last
 * commit) or crash (the last commit that was made stands) at any point.
 */
type Step =
  | { readonly kind: 'add'; readonly gap: number }
  | { readonly kind: 'complete'; readonly pick: number }
  | { readonly kind: 'fail'; readonly pick: number }
  | { readonly kind: 'commit' }
  | { readonly kind: 'crash' }
  | { readonly kind: 'revoke' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), gap: fc.nat(2) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('complete' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fail' as const), pick: fc.nat() }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'commit' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'revoke' as const }) },
);

class Model {
  tracker = new CommitTracker(undefined, 'this process');
  committed: Committed | undefined;
  /** Every offset that the log holds, in order. */
  readonly log: number[] = [];
  /** How far the present owner has been given the log. */
  delivered = 0;
  /** Offsets whose effect is durable. */
  readonly effects = new Set<number>();
  /** What the present owner knows to be done, and what it knew when it last committed. */
  finished = new Set<number>();
  known = new Set<number>();
  inHand: number[] = [];
  redone = 0;

  give(offset: number): void {
    const isTodo = this.tracker.add(offset);
    this.delivered += 1;
    if (isTodo) this.inHand.push(offset);
    else if (!this.effects.has(offset)) throw new Error(`offset ${offset} was skipped without an effect`);
    if (isTodo && this.known.has(offset)) this.redone += 1;
  }

  commit(clean: boolean): void {
    const position = this.tracker.position(clean);
    if (position === undefined) return;
    if (this.committed !== undefined && position.offset < this.committed.offset)
      throw new Error('the position went back');
    for (const offset of this.log) {
      if (offset < position.offset && !this.effects.has(offset)) {
        throw new Error(`committed ${position.offset} ahead of the effect of ${offset}`);
      }
    }
    this.committed = position;
    this.known = new Set(this.finished);
  }

  restart(): void {
    this.tracker = new CommitTracker(this.committed, 'this process');
    this.inHand = [];
    this.finished = new Set(this.known);
    const from = this.committed?.offset ?? 0;
    this.delivered = this.log.filter((offset) => offset < from).length;
    for (const offset of this.log.slice(this.delivered)) this.give(offset);
  }

  apply(action: Step): void {
    if (action.kind === 'add') {
      const offset = (this.log.at(-1) ?? -1) + 1 + action.gap;
      this.log.push(offset);
      this.give(offset);
    } else if (action.kind === 'commit') this.commit(false);
    else if (action.kind === 'crash') this.restart();
    else if (action.kind === 'revoke') {
      this.commit(true);
      this.restart();
    } else {
      const at = action.pick % Math.max(1, this.inHand.length);
      const offset = this.inHand[at];
      if (offset === undefined) return;
      if (action.kind === 'fail') {
        const { attempts } = this.tracker.ordealOf(offset);
        this.tracker.setOrdeal(offset, { attempts: attempts + 1 });
        return;
      }
      this.effects.add(offset);
      this.finished.add(offset);
      this.inHand.splice(at, 1);
      this.tracker.complete(offset);
    }
  }
}

test('no commit is ever ahead of an effect, none goes back, and committed work is not done again', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const model = new Model();
      for (const action of steps) model.apply(action);
      if (model.redone > 0) throw new Error(`${model.redone} finished events would be done again`);
      // The end: everything that is in hand finishes, and the position passes the whole log.
      while (model.inHand.length > 0) model.apply({ kind: 'complete', pick: 0 });
      model.commit(true);
      const last = model.log.at(-1);
      return last === undefined || model.committed?.offset === last + 1;
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('attempts survive a crash once they are committed, and are forgotten when the event is done', (t) => {
  const tracker = new CommitTracker(undefined, 'this process');
  tracker.add(5);
  tracker.add(6);
  tracker.setOrdeal(5, { attempts: 2, failingSince: 1_700_000_000_000 });
  const after = new CommitTracker(tracker.position(false), 'another process');
  t.deepEqual(after.ordealOf(5), { attempts: 2, failingSince: 1_700_000_000_000 });
  after.add(5);
  after.complete(5);
  t.deepEqual(after.ordealOf(5), { attempts: 0 });
});

test('a commit that was not the last word of its owner is seen as an unclean end', (t) => {
  const tracker = new CommitTracker(undefined, 'this process');
  tracker.add(0);
  t.true(new CommitTracker(tracker.position(false), 'another process').unclean);
  t.false(new CommitTracker(tracker.position(true), 'another process').unclean);
  // A process that could not commit its goodbye is alive: nothing it had in hand has killed it.
  t.false(new CommitTracker(tracker.position(false), 'this process').unclean);
  t.false(new CommitTracker(undefined, 'this process').unclean);
});

test("another tool's metadata means a clean start with nothing known", (t) => {
  for (const metadata of ['', 'reset by a person', '[]', '{"v":2}', '{"v":1,"d":7,"a":"x"}']) {
    const tracker = new CommitTracker({ offset: 3, metadata }, 'this process');
    t.false(tracker.unclean, metadata);
    t.true(tracker.add(3), metadata);
  }
});
