import { createContext, createSignal, useContext } from 'solid-js';
import { me as fetchMe } from '../api/flows';
import type { AuthConfig, Me } from '../api/types';
import { uiSettings } from '../ui/theme';
import { currentToken } from '../api/token';

/** Who is here and how they signed in; one per page load. */
export interface AppState {
  me: () => Me | undefined;
  config: () => AuthConfig | undefined;
  /** Name to show: of the principal, or in local mode the one set in Settings. */
  name: () => string;
  may: (permission: string) => boolean;
}

export const AppContext = createContext<AppState>();

export function useApp(): AppState {
  const app = useContext(AppContext);
  if (!app) throw new Error('AppContext is missing');
  return app;
}

/** True once there is something to send as bearer, or the server wants none. */
export function hasCredential(config: AuthConfig | undefined): boolean {
  return currentToken() !== null || config?.auth_disabled === true;
}

export function createAppState(
  config: () => AuthConfig | undefined,
): AppState & { load: () => Promise<void> } {
  const [me, setMe] = createSignal<Me>();
  return {
    me,
    config,
    name: () => uiSettings().displayName || me()?.display_name || me()?.email || 'You',
    may: (permission) => me()?.permissions.includes(permission) ?? false,
    load: async () => {
      setMe(await fetchMe());
    },
  };
}

/** How a principal reads: our own name, else the id without its prefix. */
export function personName(app: AppState, id: string | null | undefined): string {
  if (!id) return '';
  return id === app.me()?.sub ? app.name() : id.replace(/^user[_:]/, '');
}
