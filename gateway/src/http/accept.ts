/** A parameter of a media range that is no weight, with its value as a token or in quotes. */
const PARAMETER = /;\s*(?!q\s*=)[\w!#$%&'*+.^`|~-]+(?:=(?:"(?:[^"\\]|\\.)*"|[^;,\s"]*))?/gi;

/**
 * An Accept header without what narrows a type further, such as `charset=utf-8` or `header=present`: every type here
 * has one form, and whoever asks for that form by name must not be told that there is none.
 */
export function plainAccept(accept: string): string {
  return accept.replaceAll(PARAMETER, '');
}
