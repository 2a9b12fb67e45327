import { dewPoint } from '../derive/humidity.ts';
import type { Measurement } from '../measurement.ts';
import { DEW_POINT_STEP, PRESSURE_STEP, TEMP_STEP } from './limits.ts';
import type { Report } from './report.ts';
import type { Subject } from './subject.ts';
import { shown } from './validity.ts';

const HOUR = 3600;

/** Level 2, in time: how old is the answer, and could it have changed that much since the previous slot? */
export function checkTime(subject: Subject, report: Report): void {
  age(subject, report);
  const { measurement, previous } = subject;
  if (previous === undefined) {
    report.skip('temporal.step');
    report.skip('temporal.stale_dt');
    return;
  }
  if (measurement.observedAt === previous.observedAt) {
    report.fail('temporal.stale_dt', report.present(), 3, 'the observation of the previous slot again');
    report.skip('temporal.step');
    return;
  }
  const hours = Math.ceil((measurement.observedAt - previous.observedAt) / HOUR);
  if (hours < 1 || hours > TEMP_STEP.length) report.skip('temporal.step');
  else steps(measurement, previous, hours, report);
}

function age({ measurement: { observedAt }, slot, collectedAt }: Subject, report: Report): void {
  const old = slot - observedAt;
  if (old > 6 * HOUR) report.fail('temporal.age', report.present(), 4, `${shown(old / HOUR)} h older than the slot`);
  else if (old > 2 * HOUR)
    report.fail('temporal.age', report.present(), 3, `${shown(old / HOUR)} h older than the slot`);
  if (observedAt > collectedAt + 300) {
    report.fail('temporal.future', report.present(), 4, `${observedAt - collectedAt} s later than it was collected`);
  }
}

function steps(now: Measurement, before: Measurement, hours: number, report: Report): void {
  const step = (field: string, a: number | null, b: number | null, tolerance: number, unit: string): void => {
    if (a === null || b === null || Math.abs(a - b) <= tolerance) return;
    report.fail(
      'temporal.step',
      [field],
      3,
      `${shown(b)} to ${shown(a)} ${unit} in ${hours} h, tolerance ${tolerance}`,
    );
  };
  step('temp', now.temp, before.temp, TEMP_STEP[hours - 1] ?? 0, 'Cel');
  step('humidity', dewPointOf(now), dewPointOf(before), DEW_POINT_STEP[hours - 1] ?? 0, 'Cel of dew point');
  step('pressure', now.pressure, before.pressure, PRESSURE_STEP * hours, 'hPa');
}

function dewPointOf({ temp, humidity }: Measurement): number | null {
  return temp === null || humidity === null ? null : dewPoint(temp, Math.min(humidity, 100));
}
