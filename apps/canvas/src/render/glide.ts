import type { CanvasSession } from '../editor/session';
import type { Camera } from '../model/camera';

const duration = 200;

/** Eases the view to a camera; at once where motion is not wanted. Any other change of the view ends it. */
export function createGlide(session: CanvasSession): { glide: (camera: Camera) => void; stop: () => void } {
  let frame = 0;
  const still = (): boolean =>
    matchMedia('(prefers-reduced-motion: reduce)').matches ||
    document.documentElement.dataset['motion'] === 'reduced';

  const stop = (): void => {
    cancelAnimationFrame(frame);
    frame = 0;
    session.context.set('gliding', null);
  };

  const glide = (target: Camera): void => {
    stop();
    if (still()) {
      session.context.set('viewport', { ...target });
      return;
    }
    const from = { ...session.editor.viewport };
    const start = performance.now();
    let set = { ...from };
    session.context.set('gliding', { ...target });
    const step = (now: number): void => {
      const { x, y, k } = session.editor.viewport;
      if (x !== set.x || y !== set.y || k !== set.k) return stop();
      const t = Math.min(1, (now - start) / duration);
      set = between(from, target, 1 - (1 - t) ** 3);
      session.context.set('viewport', set);
      if (t < 1) frame = requestAnimationFrame(step);
      else stop();
    };
    frame = requestAnimationFrame(step);
  };
  return { glide, stop };
}

/** Zoom goes by ratio, the place by what stays in the middle of both. */
function between(a: Camera, b: Camera, t: number): Camera {
  if (t >= 1) return { ...b };
  const k = a.k * (b.k / a.k) ** t;
  const part = Math.abs(b.k - a.k) < 1e-6 ? t : (1 / a.k - 1 / k) / (1 / a.k - 1 / b.k);
  const x = -a.x / a.k + (-b.x / b.k + a.x / a.k) * part;
  const y = -a.y / a.k + (-b.y / b.k + a.y / a.k) * part;
  return { x: -x * k, y: -y * k, k };
}
