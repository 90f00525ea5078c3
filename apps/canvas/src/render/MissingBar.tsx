import { createSignal, Show, type JSX } from 'solid-js';
import type { MissingRows } from '../editor/duplicate';
import { Button } from '../ui/Button';
import { useScene } from './scene';
import { texts } from './texts';

/** After a paste: roles, queues and variables that the steps use and the flow has not. */
export function MissingBar(): JSX.Element {
  const { session } = useScene();
  const [missing, setMissing] = createSignal<MissingRows | null>(null);
  session.onMissing((rows) => {
    const none = rows.models.length + rows.queues.length + rows.variables.length === 0;
    setMissing(none ? null : rows);
  });
  const names = (rows: MissingRows): string =>
    [
      ...rows.models.map((row) => `role ${row.role}`),
      ...rows.queues.map((row) => `queue ${row.slug}`),
      ...rows.variables.map((row) => `variable ${row.name}`),
    ].join(' · ');
  return (
    <Show when={missing()}>
      {(rows) => (
        <div class="float-bar missing-bar" role="status">
          <span>{`${texts.missing} ${names(rows())}`}</span>
          <Button
            onClick={() => {
              session.addMissing(rows());
              setMissing(null);
            }}
          >
            {texts.addThem}
          </Button>
          <Button look="ghost" onClick={() => setMissing(null)}>
            {texts.notNow}
          </Button>
        </div>
      )}
    </Show>
  );
}
