import { createContext, useContext } from 'solid-js';

/**
 * The sheet that a control stands in. Lists and menus are put into it, so that a dialog does not take them
 * for something outside of it, neither for a click nor for screen readers.
 */
export const LayerContext = createContext<() => HTMLElement | undefined>(() => undefined);

/** Where the lists of this control go: into its dialog, on the page itself to the end of the body. */
export function useLayer(): () => HTMLElement {
  const layer = useContext(LayerContext);
  return () => layer() ?? document.body;
}
