import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { createMemo, createResource, createSignal, For, onCleanup, onMount, Show } from 'solid-js';
import { createStore } from 'solid-js/store';
import { cancelCheckpoint, getCheckpoint, getExecution, resolveCheckpoint } from '../api/cores';
import { asApiError } from '../api/http';
import type { Checkpoint, ReviewSection } from '../api/types';
import { announce } from '../ui/announcer';
import { Skeleton } from '../ui/Bits';
import { Button } from '../ui/Button';
import { Icon, KindIcon } from '../ui/Icon';
import { t } from '../ui/i18n';
import { Menu } from '../ui/Menu';
import { toast } from '../ui/Toast';
import { useApp } from './app';
import { InboxContext } from './InboxContext';
import { kindOfCheckpoint, title } from './InboxPage';
import type { Choice } from './inboxModel';
import { choicesOf, formProblems, inputsOf, resolutionOf, sectionsOf, startValues } from './inboxModel';
import { loadRunFlow, nodeIn } from './runFlow';
import type { RunFlow } from './runFlow';
import { ReassignDialog } from './ReassignDialog';
import { ReviewForm } from './ReviewForm';

export interface InboxCase {
  item: Checkpoint;
  sections: ReviewSection[];
  run: RunFlow | undefined;
}

async function loadCase(id: string): Promise<InboxCase> {
  const item = await getCheckpoint(id);
  const execution = await getExecution(item.execution_id).catch(() => undefined);
  const run = execution ? await loadRunFlow(execution).catch(() => undefined) : undefined;
  return { item, run, sections: await sectionsOf(item, run?.core) };
}

/** One thing that waits: the question, its form, and the decisions with their digits. */
export function InboxDetail(props: { id: string; onDone: () => void }): JSX.Element {
  const [data] = createResource(() => props.id, loadCase);
  return (
    <Show
      when={data.state === 'ready' && data()}
      fallback={
        <Show when={data.error} fallback={<Skeleton rows={6} />}>
          <div class="empty text-error">{asApiError(data.error).message}</div>
        </Show>
      }
    >
      {(loaded) => <CaseView case={loaded()} onDone={props.onDone} />}
    </Show>
  );
}

function CaseView(props: { case: InboxCase; onDone: () => void }): JSX.Element {
  const app = useApp();
  const navigate = useNavigate();
  const item = () => props.case.item;
  const inputs = createMemo(() => inputsOf(props.case.sections));
  const choices = createMemo(() => choicesOf(item(), props.case.sections));
  const [values, setValues] = createStore<Record<string, unknown>>(startValues(props.case.sections));
  const [comment, setComment] = createSignal('');
  const [asking, setAsking] = createSignal<Choice>();
  const [shown, setShown] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [reassigning, setReassigning] = createSignal(false);
  const problems = createMemo(() => formProblems(inputs(), values));
  const isPending = () => item().status === 'pending';

  const decide = (choice: Choice | undefined) => {
    if (!choice || !isPending()) return;
    setShown(true);
    if (Object.keys(problems()).length > 0) {
      announce(t('form.incomplete'), 'assertive');
      return;
    }
    if (asking()?.id === choice.id) void send(choice);
    else setAsking(choice);
  };
  const send = async (choice: Choice) => {
    setBusy(true);
    try {
      await resolveCheckpoint(item().id, resolutionOf(choice.id, inputs(), values), comment().trim());
      toast({ text: t('inbox.sent', { choice: choice.label, title: title(item()) }), look: 'success' });
      props.onDone();
    } catch (error) {
      const refused = asApiError(error);
      toast({ text: refused.message, note: refused.fix ?? refused.code, look: 'error' });
      if (refused.status === 409) props.onDone();
    } finally {
      setBusy(false);
      setAsking(undefined);
    }
  };
  const cancel = async () => {
    try {
      await cancelCheckpoint(item().id, 'cancelled in the inbox');
      toast({ text: t('inbox.cancelled') });
      props.onDone();
    } catch (error) {
      toast({ text: asApiError(error).message, look: 'error' });
    }
  };
  onMount(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement && event.target.closest('input, textarea, [contenteditable]');
      if (typing || event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
      decide(choices()[Number(event.key) - 1]);
    };
    window.addEventListener('keydown', onKey);
    onCleanup(() => window.removeEventListener('keydown', onKey));
  });
  const node = () => nodeIn(props.case.run?.flow, item().node_id);

  return (
    <div class="inbox-main">
      <header class="page-head">
        <KindIcon
          kind={node()?.type ?? kindOfCheckpoint(item())}
          category={node()?.type === 'checkpoint' ? 'checkpoint' : 'queue'}
        />
        <h1 class="cut">{node()?.label ?? title(item())}</h1>
        <span class="muted cut">{props.case.run?.flow?.name ?? item().flow_name}</span>
        <Show when={props.case.run?.version}>{(version) => <span class="version">v{version()}</span>}</Show>
        <div class="grow" />
        <Button icon="runs" onClick={() => navigate(`/runs/${item().execution_id}`)}>
          {t('openRun')}
        </Button>
        <Menu
          label={t('more')}
          placement="bottom-end"
          items={[
            { label: t('reassign'), icon: 'user', disabled: !isPending(), run: () => setReassigning(true) },
            {
              label: t('cancelRequest'),
              icon: 'close',
              danger: true,
              disabled: !isPending(),
              run: () => void cancel(),
            },
          ]}
        >
          <Icon name="more" />
        </Menu>
      </header>
      <div class="inbox-split">
        <div class="inbox-main">
          <ReviewForm
            item={item()}
            sections={props.case.sections}
            values={values}
            problems={shown() ? problems() : {}}
            comment={comment()}
            onChange={(field, value) => setValues(field, value)}
            onComment={setComment}
            readOnly={!isPending()}
          />
          <Show
            when={isPending()}
            fallback={
              <div class="decision-bar muted">
                {t('inbox.resolvedBy', { by: item().resolved_by ?? item().status })}
              </div>
            }
          >
            <div class="decision-bar">
              <For
                each={choices()}
                fallback={
                  <Button
                    look="primary"
                    size="large"
                    disabled={busy()}
                    onClick={() => decide({ id: 'done', label: t('done') })}
                  >
                    {t('done')}
                  </Button>
                }
              >
                {(choice, index) => (
                  <Button
                    look={index() === 0 ? 'primary' : 'secondary'}
                    size="large"
                    disabled={busy()}
                    kbd={index() < 9 ? String(index() + 1) : undefined}
                    onClick={() => decide(choice)}
                  >
                    {asking()?.id === choice.id ? t('sure', { choice: choice.label }) : choice.label}
                  </Button>
                )}
              </For>
              <Show when={asking()}>
                <Button look="ghost" size="large" onClick={() => setAsking(undefined)}>
                  {t('back')}
                </Button>
              </Show>
              <div class="grow" />
              <div class="small muted" style={{ 'text-align': 'right' }}>
                <div>{t('recordedAs', { name: app.name() })}</div>
                <div>{t('asksOnce')}</div>
              </div>
            </div>
          </Show>
        </div>
        <InboxContext
          case={props.case}
          onReassign={() => setReassigning(true)}
          onCancel={() => void cancel()}
        />
      </div>
      <ReassignDialog
        item={item()}
        open={reassigning()}
        onClose={() => setReassigning(false)}
        onDone={props.onDone}
      />
    </div>
  );
}
