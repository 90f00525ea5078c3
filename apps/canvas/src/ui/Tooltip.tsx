import { Tooltip as Base } from '@kobalte/core/tooltip';
import type { JSX } from 'solid-js';
import { Show } from 'solid-js';
import { Kbd } from './Kbd';
import { useLayer } from './layer';

interface TooltipProps {
  text: string;
  shortcut?: string | undefined;
  children: JSX.Element;
}

/** Names a control after 500 ms of hovering or on focus. The control must carry the same name itself. */
export function Tooltip(props: TooltipProps): JSX.Element {
  const layer = useLayer();
  return (
    <Base openDelay={500} closeDelay={0} gutter={6} placement="bottom">
      <Base.Trigger as="span" class="tooltip-anchor" tabIndex={undefined}>
        {props.children}
      </Base.Trigger>
      <Base.Portal mount={layer()}>
        <Base.Content class="tooltip">
          {props.text}
          <Show when={props.shortcut}>{(keys) => <Kbd keys={keys()} />}</Show>
        </Base.Content>
      </Base.Portal>
    </Base>
  );
}
