import { Problem } from './problem.ts';

export type Target = { readonly path: string; readonly search: URLSearchParams; readonly href: string };

const SAFE_PATH = /^\/[\w\-./:+~,]*$/;

/**
 * Reads the target of a request before anything is looked up: an absolute path of plain characters, without dots that
 * climb, without escapes that hide something (reliability of every key that is built later rests on this).
 */
export function readTarget(target: string): Target {
  const at = target.indexOf('?');
  const raw = at === -1 ? target : target.slice(0, at);
  const query = at === -1 ? '' : target.slice(at + 1);
  const path = decoded(raw, 'the path');
  if (
    !SAFE_PATH.test(path) ||
    path.includes('//') ||
    path.split('/').some((piece) => piece === '.' || piece === '..')
  ) {
    throw new Problem('invalid-request', 'the path holds characters that no address here has');
  }
  decoded(query.replaceAll('+', ' '), 'the query');
  return { path, search: new URLSearchParams(query), href: target };
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Problem('invalid-request', `${what} is not valid percent-encoding`);
  }
}
