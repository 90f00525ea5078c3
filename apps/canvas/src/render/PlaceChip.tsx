import { Show, type JSX } from 'solid-js';
import { categoryOf, kindTitle } from '../model/kinds';
import { KindIcon } from '../ui/Icon';
import { useScene } from './scene';

/** The kind that is on its way from the palette, at the pointer. */
export function PlaceChip(): JSX.Element {
  const { session } = useScene();
  return (
    <Show when={session.editor.place?.at === null && session.editor.place}>
      {(place) => (
        <div
          class="place-chip"
          style={{ transform: `translate(${place().client.x + 12}px, ${place().client.y + 12}px)` }}
        >
          <KindIcon kind={place().kind} category={categoryOf(place().kind)} />
          <span>{kindTitle(place().kind)}</span>
        </div>
      )}
    </Show>
  );
}
