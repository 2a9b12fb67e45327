import * as v from 'valibot';
import { instant, text, whole } from './fields.ts';

/** Attributes of CloudEvents are lower-case letters and digits without underscores; ours are named likewise here. */
export const EventTailed = v.pipe(
  v.objectWithRest(
    {
      data: v.pipe(v.unknown(), v.description('The data of the event; null when it is none')),
      topic: text('The topic in which it lies'),
      partition: whole('The partition'),
      offset: whole('The offset'),
      loggedat: instant('When the log took it'),
      problem: v.optional(text('Why it is no event; absent when it is one')),
    },
    text('An attribute of the event'),
  ),
  v.description('A CloudEvent in structured JSON with where it lies, which `events send` leaves out again'),
);

export const EventSent = v.strictObject({
  id: text('The id of the event'),
  type: text('Its type'),
  topic: text('The topic on which it was published'),
  key: text('The key of the message'),
});
export type EventSent = v.InferOutput<typeof EventSent>;
