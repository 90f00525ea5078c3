import type { JSX } from 'solid-js';
import { createSignal, onCleanup, onMount, Show } from 'solid-js';
import { t } from '../ui/i18n';

/** Takes the first file that is dropped anywhere on the page, and says so while one is held over it. */
export function FileDrop(props: { onFile: (file: File | undefined) => void }): JSX.Element {
  const [isOver, setIsOver] = createSignal(false);
  onMount(() => onCleanup(bindDrop(document, setIsOver, (file) => props.onFile(file))));
  return (
    <Show when={isOver()}>
      <div class="drop-target">{t('import.drop')}</div>
    </Show>
  );
}

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/** Gives what ends the listening. */
function bindDrop(
  page: Document,
  onOver: (over: boolean) => void,
  onFile: (file: File | undefined) => void,
): () => void {
  const ends = new AbortController();
  const { signal } = ends;
  page.addEventListener(
    'dragover',
    (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      onOver(true);
    },
    { signal },
  );
  page.addEventListener('dragleave', (event) => event.relatedTarget === null && onOver(false), { signal });
  page.addEventListener(
    'drop',
    (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      onOver(false);
      onFile(event.dataTransfer?.files[0]);
    },
    { signal },
  );
  return () => ends.abort();
}
