/** Live regions of 12 §11: polite and assertive, at most one message per 500 ms, joined. */
const GAP_MS = 500;

interface Region {
  host: HTMLElement;
  waiting: string[];
  timer: ReturnType<typeof setTimeout> | undefined;
}

const regions = new Map<'polite' | 'assertive', Region>();
const heard: string[] = [];

function region(kind: 'polite' | 'assertive'): Region {
  const known = regions.get(kind);
  if (known) return known;
  const host = document.createElement('div');
  host.className = 'visually-hidden';
  host.setAttribute('aria-live', kind);
  host.setAttribute('data-announcer', kind);
  document.body.append(host);
  const made: Region = { host, waiting: [], timer: undefined };
  regions.set(kind, made);
  return made;
}

function speak(target: Region): void {
  if (target.timer !== undefined || target.waiting.length === 0) return;
  target.host.textContent = target.waiting.splice(0).join('. ');
  target.timer = setTimeout(() => {
    target.timer = undefined;
    speak(target);
  }, GAP_MS);
}

/** Says a sentence to screen readers; errors interrupt. */
export function announce(message: string, kind: 'polite' | 'assertive' = 'polite'): void {
  if (message === '') return;
  heard.push(message);
  if (heard.length > 200) heard.shift();
  const target = region(kind);
  target.waiting.push(message);
  speak(target);
}

/** The last 200 messages, oldest first; what the end-to-end tests read. */
export function announced(): readonly string[] {
  return heard;
}
