/** The caller's token: kept by the tab while it is open, and sent as the headers that the server reads. */

const KEY = 'punchcard.token';

/** The token that this tab keeps; empty when it keeps none. */
export function readToken(storage: Storage = sessionStorage): string {
  return storage.getItem(KEY) ?? '';
}

/** Keeps the token until the tab is closed; an empty one is forgotten. Answers what is kept. */
export function keepToken(token: string, storage: Storage = sessionStorage): string {
  const kept = bareToken(token);
  if (kept) storage.setItem(KEY, kept);
  else storage.removeItem(KEY);
  return kept;
}

/** The token without the blanks and the `Bearer` that come along when it is copied from a header. */
function bareToken(text: string): string {
  return text.trim().replace(/^(authorization:\s*)?bearer\s+/i, '');
}

/**
 * The headers of a request: those written in the header editor, and the token's unless one there is
 * an `Authorization` of its own. Nulls and blanks in the editor are left out.
 */
export function requestHeaders(token: string, written: Record<string, unknown> = {}): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(written)) {
    if (value !== null && value !== undefined && value !== '') headers[name] = String(value);
  }
  if (token && authorization(headers) === undefined) headers['Authorization'] = `Bearer ${token}`;
  return headers;
}

/** The value of the `Authorization` header, whatever the case of its name. */
export function authorization(headers: Record<string, string>): string | undefined {
  return Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
}
