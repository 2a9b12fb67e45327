import { checkConsistency } from './consistency.ts';
import { Report } from './report.ts';
import { valueOf, type Subject } from './subject.ts';
import { checkTime } from './temporal.ts';
import { checkValidity } from './validity.ts';

/** Runs `weatherline-qc/1`. Values are flagged, never changed and never dropped. */
export function runSuite(subject: Subject): Report {
  const report = new Report((field) => valueOf(subject.measurement, field) !== null);
  checkValidity(subject, report);
  checkConsistency(subject, report);
  checkTime(subject, report);
  // Isolated points have no neighbours to compare with.
  report.skip('spatial');
  return report;
}
