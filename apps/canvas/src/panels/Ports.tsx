import type { JSX } from 'solid-js';
import { For, Show } from 'solid-js';
import type { CanvasSession } from '../editor/session';
import type { NodeView, Port } from '../model/flow';
import { kindOf, portsOf } from '../model/kinds';
import { Icon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { SettledInput } from './widgets/simple';
import { Grip } from './widgets/Grip';

/**
 * Output ports of kinds that may have their own: branches of a parallel, arms of a decision, options of a
 * question.
 */
export function Ports(props: {
  session: CanvasSession;
  node: () => NodeView;
  readOnly: () => boolean;
}): JSX.Element {
  const ports = () => portsOf(props.node()).outputs;
  const fixed = (id: string) => id === 'out' && props.node().type === 'logic_parallel';
  const write = (next: Port[]) => props.session.writes.setNodePorts(props.node().id, 'out', next);
  const add = () => {
    const taken = new Set(ports().map((port) => port.id));
    const isParallel = props.node().type === 'logic_parallel';
    let n = 1;
    while (taken.has(isParallel ? `branch_${n}` : `out_${n}`)) n += 1;
    const id = isParallel ? `branch_${n}` : `out_${n}`;
    const made: Port = { id, label: id, type: 'object' };
    const at = ports().findIndex((port) => fixed(port.id));
    write(at < 0 ? [...ports(), made] : [...ports().slice(0, at), made, ...ports().slice(at)]);
  };
  const move = (index: number, step: number) => {
    const next = [...ports()];
    const [port] = next.splice(index, 1);
    if (!port) return;
    next.splice(Math.max(0, Math.min(next.length, index + step)), 0, port);
    write(next);
  };
  return (
    <div class="rows">
      <For each={ports().map((_, index) => index)}>
        {(index) => (
          <Show when={ports()[index]}>
            {(port) => (
              <div class="list-row">
                <Grip name={port().id} disabled={props.readOnly()} onMove={(step) => move(index, step)} />
                <SettledInput
                  value={port().label ?? port().id}
                  label={t('portLabel', { id: port().id })}
                  readOnly={props.readOnly()}
                  onCommit={(label) =>
                    write(ports().map((old, at) => (at === index ? { ...old, label } : old)))
                  }
                />
                <button
                  type="button"
                  class="icon-btn compact row-remove"
                  aria-label={t('removeNamed', { name: port().id })}
                  disabled={props.readOnly() || fixed(port().id) || ports().length < 2}
                  onClick={() => write(ports().filter((_, at) => at !== index))}
                >
                  <Icon name="close" size={14} />
                </button>
              </div>
            )}
          </Show>
        )}
      </For>
      <Show when={!props.readOnly() && kindOf(props.node().type)?.portsEditable}>
        <button type="button" class="quiet row" onClick={add}>
          <Icon name="plus" size={14} />
          {t('addPort')}
        </button>
      </Show>
    </div>
  );
}
