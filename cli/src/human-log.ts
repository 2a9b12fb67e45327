/** What a person at a terminal does not need on every line; the JSON lines of a pipe keep it. */
const LEFT_OUT = new Set([
  'time',
  'level',
  'msg',
  'service',
  'version',
  'trace_id',
  'event_type',
  'topic',
  'partition',
  'offset',
  'outcome',
  'attempt',
  'run_id',
]);

type Lines = { write: (line: string) => void };

/** Turns JSON log lines into `07:49:58 info  event handled  function=fetch …` for a terminal. */
export function humanLog(target: Lines): Lines {
  return {
    write: (line) => {
      target.write(humanLine(line));
    },
  };
}

export function humanLine(line: string): string {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return line;
  }
  if (typeof fields !== 'object' || fields === null) return line;
  const entries = new Map<string, unknown>(Object.entries(fields));
  const rest = [...entries].filter(([name]) => !LEFT_OUT.has(name)).map(([name, value]) => `${name}=${shown(value)}`);
  const time = String(entries.get('time')).slice(11, 19);
  const level = String(entries.get('level')).padEnd(5);
  return `${time} ${level} ${String(entries.get('msg'))}  ${rest.join(' ')}`.trimEnd() + '\n';
}

function shown(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return 'message' in value ? String(value.message) : JSON.stringify(value);
}
