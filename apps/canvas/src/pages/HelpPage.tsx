import type { JSX } from 'solid-js';
import { For, onMount } from 'solid-js';
import { CATEGORIES, KINDS } from 'generated/kinds';
import { FREE_FUNCTIONS, METHODS } from '../panels/code/functions';
import { KindIcon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { Kbd } from '../ui/Kbd';
import { SHORTCUTS } from './shortcuts';

/** S21: shortcuts, the kinds and the functions of the expression language, all from their one source. */
export function HelpPage(): JSX.Element {
  onMount(() => {
    document.title = t('help.title');
  });
  return (
    <div class="stack" style={{ height: '100%' }}>
      <header class="page-head">
        <h1>{t('help')}</h1>
      </header>
      <div class="page-body" tabIndex={0}>
        <div class="help-grid">
          <section>
            <h2>{t('shortcuts')}</h2>
            <For each={SHORTCUTS}>
              {(item) => (
                <div class="help-row">
                  <span>{t(item.text)}</span>
                  <span class="row" style={{ gap: '4px' }}>
                    <For each={item.keys}>{(keys) => <Kbd keys={keys} />}</For>
                  </span>
                </div>
              )}
            </For>
          </section>
          <For each={CATEGORIES}>
            {(category) => (
              <section>
                <h2>{category.title}</h2>
                <For each={KINDS.filter((kind) => kind.category === category.id)}>
                  {(kind) => (
                    <div class="help-row" style={{ 'grid-template-columns': '16px minmax(0, 1fr)' }}>
                      <KindIcon kind={kind.id} category={kind.category} />
                      <span>
                        <span class="strong">{kind.title}</span> <span class="muted">{kind.summary}</span>
                      </span>
                    </div>
                  )}
                </For>
              </section>
            )}
          </For>
          <section>
            <h2>{t('functions')}</h2>
            <For each={[...FREE_FUNCTIONS, ...METHODS]}>
              {(fn) => (
                <div class="help-row" style={{ 'grid-template-columns': 'minmax(0, 200px) minmax(0, 1fr)' }}>
                  <code>{fn.signature}</code>
                  <span class="small muted">{fn.help}</span>
                </div>
              )}
            </For>
          </section>
        </div>
      </div>
    </div>
  );
}
