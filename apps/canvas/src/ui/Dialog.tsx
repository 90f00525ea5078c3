import { Dialog as Base } from '@kobalte/core/dialog';
import type { JSX } from 'solid-js';
import { Show } from 'solid-js';
import { Icon } from './Icon';
import { t } from './i18n';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  width?: 'normal' | 'wide' | 'huge';
  foot?: JSX.Element;
  children: JSX.Element;
}

/** A modal dialog: Escape and the scrim close it, focus stays inside and returns. */
export function Dialog(props: DialogProps): JSX.Element {
  return (
    <Base open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Base.Portal>
        <Base.Overlay class="scrim" />
        <div class="dialog-place">
          <Base.Content class={`dialog ${props.width ?? ''}`}>
            <div class="dialog-head">
              <Base.Title class="title grow">{props.title}</Base.Title>
              <Base.CloseButton class="icon-btn" aria-label={t('close')}>
                <Icon name="close" />
              </Base.CloseButton>
            </div>
            <div class="dialog-body">{props.children}</div>
            <Show when={props.foot}>
              <div class="dialog-foot">{props.foot}</div>
            </Show>
          </Base.Content>
        </div>
      </Base.Portal>
    </Base>
  );
}

/** A panel from the right edge, for lists that one looks through beside the page. */
export function Drawer(props: Omit<DialogProps, 'width'>): JSX.Element {
  return (
    <Base open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Base.Portal>
        <Base.Overlay class="scrim" />
        <div class="drawer-place">
          <Base.Content class="drawer">
            <div class="dialog-head">
              <Base.Title class="title grow">{props.title}</Base.Title>
              <Base.CloseButton class="icon-btn" aria-label={t('close')}>
                <Icon name="close" />
              </Base.CloseButton>
            </div>
            <div class="scroll grow">{props.children}</div>
            <Show when={props.foot}>
              <div class="dialog-foot">{props.foot}</div>
            </Show>
          </Base.Content>
        </div>
      </Base.Portal>
    </Base>
  );
}
