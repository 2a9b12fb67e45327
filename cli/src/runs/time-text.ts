/** A duration for people, in at most nine characters: `12 ms`, `1.24 s`, `2m 03s`, `6h 05m`, `3d 04h`. */
export function durationText(milliseconds: number | null): string {
  if (milliseconds === null) return '-';
  const ms = Math.round(milliseconds);
  if (ms < 1000) return `${ms} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3_600) return pair(Math.floor(seconds / 60), 'm', seconds % 60, 's');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'm');
  const hours = Math.floor(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return `${large}${largeUnit} ${String(small).padStart(2, '0')}${smallUnit}`;
}

/** `06:00:01.240` of an instant. */
export function timeOfDay(instant: string): string {
  return new Date(instant).toISOString().slice(11, 23);
}
