import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { settled } from '../settled';
import { createResource, For, Show } from 'solid-js';
import { getVersion, listVersions, restoreVersion } from '../../api/flows';
import { asApiError } from '../../api/http';
import type { FlowVersion } from '../../api/types';
import { download, Skeleton } from '../../ui/Bits';
import { Drawer } from '../../ui/Dialog';
import { ago, bytes, dateTime } from '../../ui/format';
import { Icon } from '../../ui/Icon';
import { t } from '../../ui/i18n';
import { Menu } from '../../ui/Menu';
import { toast } from '../../ui/Toast';
import { personName, useApp } from '../app';
import { asNewFlow, handOver } from '../newFlow';

const ORIGIN = {
  create: 'origin.create',
  save: 'origin.save',
  merge: 'origin.merge',
  restore: 'origin.restore',
} as const;

/** S11: the versions of a flow; each can be compared, restored, opened as a copy, downloaded. */
export function VersionsDrawer(props: {
  flowId: string | null;
  current: string;
  readOnly: boolean;
  open: boolean;
  onClose: () => void;
  onCompare: (version: string) => void;
  onRestored: () => void;
}): JSX.Element {
  const app = useApp();
  const navigate = useNavigate();
  const [page, { refetch }] = createResource(
    () => (props.open ? (props.flowId ?? undefined) : undefined),
    listVersions,
  );
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      toast({ text: asApiError(error).message, look: 'error' });
    }
  };
  const restore = (item: FlowVersion) =>
    attempt(async () => {
      const answer = await restoreVersion(props.flowId ?? '', item.version);
      toast({ text: t('restored', { version: item.version, now: answer.data.version }), look: 'success' });
      await refetch();
      props.onRestored();
    });
  const copy = (item: FlowVersion) =>
    attempt(async () => {
      const { content } = await getVersion(props.flowId ?? '', item.version);
      navigate(handOver(asNewFlow(content, t('copyOf', { name: content.name }))));
    });
  const save = (item: FlowVersion) =>
    attempt(async () => {
      const { content } = await getVersion(props.flowId ?? '', item.version);
      download(
        `${content.name}-v${item.version}.flow.json`,
        `${JSON.stringify(content, null, 2)}\n`,
        'application/json',
      );
    });
  return (
    <Drawer open={props.open} onClose={props.onClose} title={t('versions')}>
      <Show when={page.error}>
        <div class="empty text-error">{asApiError(page.error).message}</div>
      </Show>
      <Show when={settled(page)} fallback={<Skeleton rows={5} height={32} />}>
        <For each={settled(page)?.items} fallback={<div class="empty">{t('versions.empty')}</div>}>
          {(item) => (
            <div class="version-row">
              <div class="grow">
                <div class="row">
                  <span class="version">v{item.version}</span>
                  <Show when={item.version === props.current}>
                    <span class="small muted">{t('version.current')}</span>
                  </Show>
                </div>
                <div class="small muted" title={dateTime(item.created_at)}>
                  {[ago(item.created_at), personName(app, item.created_by)]
                    .filter((part) => part !== '')
                    .join(' · ')}
                </div>
                <div class="small muted">
                  {item.restored_from
                    ? t('origin.restoredFrom', { version: item.restored_from })
                    : t(ORIGIN[item.origin])}{' '}
                  · {bytes(item.bytes)}
                </div>
                <Show when={item.note}>
                  <div class="small">{item.note}</div>
                </Show>
              </div>
              <Menu
                label={t('actionsFor', { name: item.version })}
                placement="bottom-end"
                items={[
                  {
                    label: t('restore'),
                    icon: 'history',
                    disabled: props.readOnly || item.version === props.current,
                    run: () => void restore(item),
                  },
                  { label: t('compare'), icon: 'eye', run: () => props.onCompare(item.version) },
                  { label: t('openCopy'), icon: 'copy', run: () => void copy(item) },
                  { label: t('download'), icon: 'download', run: () => void save(item) },
                ]}
              >
                <Icon name="more" />
              </Menu>
            </div>
          )}
        </For>
      </Show>
    </Drawer>
  );
}
