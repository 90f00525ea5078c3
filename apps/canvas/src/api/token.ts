/**
 * The bearer token of local mode (10 §3.4): from the printed address to sessionStorage, never longer in the
 * URL.
 */
const KEY = 'scaiflow_local';

/** Takes `#token=…` out of the address bar and keeps it. Returns true when there was one. */
export function takeTokenFromAddress(place: Location = location, past: History = history): boolean {
  const match = /^#token=([A-Za-z0-9._~-]{8,})$/.exec(place.hash);
  if (!match?.[1]) return false;
  storeToken(match[1]);
  past.replaceState(past.state, '', place.pathname + place.search);
  return true;
}

let memory: string | null = null;

/** The token in use, or null. Works without storage for the life of the page. */
export function currentToken(): string | null {
  if (memory !== null) return memory;
  try {
    memory = sessionStorage.getItem(KEY);
  } catch {
    memory = null;
  }
  return memory;
}

/** Keeps a token, or forgets it with null. */
export function storeToken(token: string | null): void {
  memory = token;
  try {
    if (token === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    return;
  }
}
