import { useNavigate } from '@solidjs/router';
import type { JSX } from 'solid-js';
import { Button } from '../ui/Button';
import { t } from '../ui/i18n';

export function NotFoundPage(): JSX.Element {
  const navigate = useNavigate();
  return (
    <div class="message-page">
      <h1 class="title">{t('notFound')}</h1>
      <p class="muted">{t('notFound.text')}</p>
      <Button onClick={() => navigate('/flows')}>{t('toFlows')}</Button>
    </div>
  );
}
