import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { For } from 'solid-js';
import { categoryOf } from '../model/kinds';
import type { FlowDocument } from '../model/flow';
import { Button } from '../ui/Button';
import { Icon, KindIcon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { Kbd } from '../ui/Kbd';
import type { Example } from './examples';
import { EXAMPLES } from './examples';
import { asNewFlow, emptyFlowPath, handOver } from './newFlow';
import { Thumb } from './Thumb';

/** What stands where no flow is yet: one action, and three examples that draw themselves. */
export function FlowsWelcome(props: { onImport: () => void }): JSX.Element {
  const navigate = useNavigate();
  const start = (example: Example) => {
    navigate(handOver(asNewFlow(example.flow, t(example.title))));
  };
  return (
    <div class="page-body">
      <div class="welcome">
        <h2>{t('welcome.title')}</h2>
        <p class="muted">{t('welcome.text')}</p>
        <div class="welcome-actions">
          <Button size="medium" icon="plus" onClick={() => navigate(emptyFlowPath())}>
            {t('newFlow')}
          </Button>
          <Button size="medium" icon="download" onClick={props.onImport}>
            {t('importFile')}
          </Button>
          <span class="small muted" style={{ 'margin-left': '8px' }}>
            {t('dropHint')}
          </span>
        </div>
        <h3>{t('startFromExample')}</h3>
        <div class="cards">
          <For each={EXAMPLES}>
            {(example) => (
              <button type="button" class="card" onClick={() => start(example)}>
                <span class="card-picture">
                  <Thumb flow={example.flow} look="card" />
                </span>
                <span class="card-body">
                  <span class="strong">{t(example.title)}</span>
                  <span class="small muted">{t(example.text)}</span>
                  <span class="card-kinds">
                    <For each={mainKinds(example.flow)}>
                      {(kind) => <KindIcon kind={kind} category={categoryOf(kind)} />}
                    </For>
                    <span class="grow" />
                    <span class="small muted">{t('steps', { n: example.flow.nodes.length })}</span>
                  </span>
                </span>
              </button>
            )}
          </For>
        </div>
        <div class="row small muted" style={{ 'margin-top': '20px', gap: '16px' }}>
          <span class="row">
            <Icon name="keyboard" />
            <Kbd keys="Mod+K" />
            {t('hint.commands')}
          </span>
          <span class="row">
            <Icon name="help" />
            <Kbd keys="?" />
            {t('hint.help')}
          </span>
        </div>
      </div>
    </div>
  );
}

/** Up to five kinds that tell what the flow is made of, in its own order. */
function mainKinds(flow: FlowDocument): string[] {
  return [...new Set(flow.nodes.map((node) => node.type))].slice(0, 5);
}
