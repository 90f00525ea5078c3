import { Dialog as Base } from '@kobalte/core/dialog';
import type { JSX } from 'solid-js';
import { createSignal, Show } from 'solid-js';
import { Icon } from './Icon';
import { t } from './i18n';
import { LayerContext } from './layer';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  width?: 'normal' | 'wide' | 'huge';
  foot?: JSX.Element;
  children: JSX.Element;
}

interface SheetProps extends DialogProps {
  /** Classes of the place on the screen, of the sheet and of its body. */
  place: string;
  sheet: string;
  body: string;
}

/** A modal sheet: Escape and the scrim close it, focus stays inside and returns. */
function Sheet(props: SheetProps): JSX.Element {
  const [layer, setLayer] = createSignal<HTMLElement>();
  return (
    <Base open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Base.Portal>
        <Base.Overlay class="scrim" />
        <div class={props.place}>
          <Base.Content class={props.sheet} ref={setLayer}>
            <LayerContext.Provider value={layer}>
              <div class="dialog-head">
                <Base.Title class="title grow">{props.title}</Base.Title>
                <Base.CloseButton class="icon-btn" aria-label={t('close')}>
                  <Icon name="close" />
                </Base.CloseButton>
              </div>
              <div class={props.body}>{props.children}</div>
              <Show when={props.foot}>
                <div class="dialog-foot">{props.foot}</div>
              </Show>
            </LayerContext.Provider>
          </Base.Content>
        </div>
      </Base.Portal>
    </Base>
  );
}

/** A dialog in the upper middle of the screen. */
export function Dialog(props: DialogProps): JSX.Element {
  return (
    <Sheet {...props} place="dialog-place" sheet={`dialog ${props.width ?? ''}`} body="dialog-body">
      {props.children}
    </Sheet>
  );
}

/** A panel from the right edge, for lists that one looks through beside the page. */
export function Drawer(props: Omit<DialogProps, 'width'>): JSX.Element {
  return (
    <Sheet {...props} place="drawer-place" sheet="drawer" body="scroll grow">
      {props.children}
    </Sheet>
  );
}
