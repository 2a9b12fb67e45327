import * as v from 'valibot';

/** One field of a secret, and the file it becomes. */
export type Wanted = { readonly path: string; readonly field: string; readonly file: string };

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;
const PATH = /^[\w.-]+(\/[\w.@-]+)+$/;

const WANTED = v.array(
  v.strictObject({
    path: v.pipe(
      v.string(),
      v.regex(PATH, 'path: expected mount/path such as secret/weatherline/prod/openweather'),
      v.check(
        (path) => !path.split('/').some((segment) => /^\.+$/.test(segment)),
        'path: no segment may be dots alone',
      ),
      v.check((path) => path.split('/')[1] !== 'data', 'path: leave out the data/ of the API'),
    ),
    field: v.pipe(v.string(), v.nonEmpty('field: is empty')),
    file: v.pipe(v.string(), v.regex(NAME, 'file: expected a plain name: no slash, no dot at its start')),
  }),
);

/** Reads `[{path, field, file}]`, or throws an error that says what was expected. */
export function parseWanted(text: string): readonly Wanted[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new RangeError('expected a JSON array of {path, field, file}');
  }
  const parsed = v.safeParse(WANTED, json);
  if (!parsed.success) {
    const issues = parsed.issues.map(
      ({ message, path = [] }) => `${path.map(({ key }) => String(key)).join('.')} ${message}`,
    );
    throw new RangeError(`expected an array of {path, field, file}: ${issues.join('; ')}`);
  }
  const files = parsed.output.map(({ file }) => file);
  const twice = files.find((file, at) => files.indexOf(file) !== at);
  if (files.length === 0) throw new RangeError('expected one entry or more');
  if (twice !== undefined) throw new RangeError(`two entries write the file ${twice}`);
  return parsed.output;
}
