import type { JSX } from 'solid-js';
import { createResource, For, Show } from 'solid-js';
import { getJournal } from '../../api/cores';
import type { EffectAt } from '../../api/debug';
import { getState } from '../../api/debug';
import type { JournalRecord } from '../../api/types';
import { count, duration } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import { JsonTree } from '../../ui/JsonTree';

interface ModelTabProps {
  executionId: string;
  blockId: string;
  occurrence: number;
  /** The record with its answer; undefined while it is open. */
  answer: JournalRecord | undefined;
  /** Position to look for an open request at. */
  seq: number;
}

interface Exchange {
  effect: EffectAt | undefined;
  body: AnswerBody | undefined;
  reused: string | undefined;
}

interface AnswerBody {
  result?: { text?: string; value?: unknown; finish?: string };
  error?: { type?: string; message?: string; code?: string };
  usage?: { input_tokens?: number; output_tokens?: number; cost_micros?: number };
  meta?: {
    provider?: string;
    model?: string;
    duration_ms?: number;
    reused_from?: string;
    attempts?: { provider: string; model: string; status: string; duration_ms: number; error?: unknown }[];
  };
}

/** The request is part of the state before its answer; the answer is in the record. */
async function exchange(props: ModelTabProps): Promise<Exchange> {
  const at = props.answer ? props.answer.seq - 1 : props.seq;
  const [state, page] = await Promise.all([
    getState(props.executionId, at),
    props.answer ? getJournal(props.executionId, props.answer.seq - 1, { limit: 1, full: true }) : undefined,
  ]);
  return {
    effect: state.effects.find(
      (each) => each.block_id === props.blockId && each.occurrence === props.occurrence,
    ),
    body: page?.items[0]?.body as AnswerBody | undefined,
    reused: props.answer?.reused_from,
  };
}

/** What a step asked the outside, and what came back. */
export function ModelTab(props: ModelTabProps): JSX.Element {
  const [found] = createResource(
    () => [props.executionId, props.blockId, props.occurrence, props.answer?.seq ?? -props.seq].join(' '),
    () => exchange(props),
  );
  return (
    <Show
      when={found.state === 'ready' && found()}
      fallback={<div class="muted">{found.error ? t('model.none') : ''}</div>}
    >
      {(each) => (
        <Show when={each().effect ?? each().body} fallback={<div class="muted">{t('attempts.none')}</div>}>
          <Facts body={each().body} reused={each().reused} />
          <Request request={each().effect?.request} />
          <Answer body={each().body} />
        </Show>
      )}
    </Show>
  );
}

function Facts(props: { body: AnswerBody | undefined; reused: string | undefined }): JSX.Element {
  const meta = () => props.body?.meta;
  const usage = () => props.body?.usage;
  const facts = () =>
    [
      [meta()?.provider, meta()?.model].filter(Boolean).join(' · '),
      usage() ? inOutText(usage()?.input_tokens ?? 0, usage()?.output_tokens ?? 0) : '',
      usage()?.cost_micros ? `$${((usage()?.cost_micros ?? 0) / 1e6).toFixed(4)}` : '',
    ].filter((part) => part !== '');
  return (
    <>
      <Show when={props.reused}>
        <div class="row reused-note">
          <Icon name="check" />
          {t('model.reused')}
        </div>
      </Show>
      <For each={facts()}>{(fact) => <div class="small muted">{fact}</div>}</For>
      <For each={meta()?.attempts}>
        {(attempt) => (
          <div class="row" style={{ height: '28px' }}>
            <span class={attempt.error ? 'text-error' : 'text-success'}>
              <Icon name={attempt.error ? 'error' : 'check'} />
            </span>
            <span class="grow cut">
              {attempt.provider} · {attempt.model}
            </span>
            <span class="muted">{duration(attempt.duration_ms)}</span>
          </div>
        )}
      </For>
    </>
  );
}

const inOutText = (given: number, made: number): string =>
  t('tokens.inOut', { in: count(given), out: count(made) });

interface Message {
  role: string;
  content: unknown;
}

function Request(props: { request: Record<string, unknown> | undefined }): JSX.Element {
  const messages = () => {
    const list = props.request?.['messages'];
    return Array.isArray(list) ? (list as Message[]) : undefined;
  };
  return (
    <Show when={props.request}>
      {(request) => (
        <Show
          when={messages()}
          fallback={
            <>
              <div class="field-label">{t('request')}</div>
              <JsonTree value={request()['args'] ?? request()['input'] ?? request()} open={2} />
            </>
          }
        >
          {(list) => (
            <For each={list()}>
              {(message) => (
                <>
                  <div class="field-label">{message.role}</div>
                  <div class="message-text">
                    {typeof message.content === 'string' ? message.content : JSON.stringify(message.content)}
                  </div>
                </>
              )}
            </For>
          )}
        </Show>
      )}
    </Show>
  );
}

function Answer(props: { body: AnswerBody | undefined }): JSX.Element {
  const value = () => {
    const result = props.body?.result as unknown;
    if (result === null || typeof result !== 'object') return result;
    const { text, value: own } = result as { text?: string; value?: unknown };
    return own ?? text ?? result;
  };
  return (
    <Show when={props.body}>
      <div class="field-label">{t('answer')}</div>
      <Show when={props.body?.error} fallback={<Shown value={value()} />}>
        {(error) => (
          <div class="run-error">
            <div class="strong text-error">{error().type}</div>
            <div>{error().message}</div>
          </div>
        )}
      </Show>
    </Show>
  );
}

function Shown(props: { value: unknown }): JSX.Element {
  return (
    <Show when={typeof props.value === 'string'} fallback={<JsonTree value={props.value} open={2} />}>
      <div class="message-text">{props.value as string}</div>
    </Show>
  );
}
