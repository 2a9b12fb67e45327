import * as v from 'valibot';
import { flag, oneOf, slot, text, whole } from './fields.ts';

const REQUESTED = {
  run: slot('The run: the id of its slot'),
  parts: whole('How many parts it has'),
  is_new: flag('Was it planned just now? Else it had been, and was asked for again'),
};

export const TriggerRequested = v.pipe(v.strictObject(REQUESTED), v.description('It was asked for'));
export type TriggerRequested = v.InferOutput<typeof TriggerRequested>;

export const TriggerEnded = v.pipe(
  v.strictObject({
    ...REQUESTED,
    stored: v.pipe(v.array(text('A key in the store')), v.description('The products of the parts that are stored')),
    missing: whole('How many parts are not stored'),
    dead_letters: v.pipe(
      v.array(
        v.strictObject({
          topic: text('The topic of dead letters in which it lies'),
          code: text('Why, as a word: see errors.md'),
          message: text('Why, as a sentence'),
        }),
      ),
      v.description('What was set aside of a run that is not whole'),
    ),
    ended: oneOf(
      ['stored', 'dead-letter', 'halt', 'timeout', 'stopped'],
      'How the wait ended; all but stored mean that parts are missing',
    ),
  }),
  v.description('It was waited for: --wait, or nobody else owns the data directory'),
);
export type TriggerEnded = v.InferOutput<typeof TriggerEnded>;

export const TriggerResult = v.union([TriggerRequested, TriggerEnded]);
