import type { JSX } from 'solid-js';
import { t } from '../ui/i18n';
import { Splitter } from '../ui/Splitter';
import { setUiSettings, uiSettings } from '../ui/theme';

/** The upper edge of a bottom dock; editor and run share its height. */
export function BottomSplitter(props: { dock: string }): JSX.Element {
  return (
    <Splitter
      line="horizontal"
      size={uiSettings().bottomHeight}
      min={120}
      max={640}
      grows={-1}
      label={t('resize', { dock: props.dock })}
      style={{ top: '-4px' }}
      onResize={(bottomHeight) => setUiSettings({ bottomHeight })}
    />
  );
}
