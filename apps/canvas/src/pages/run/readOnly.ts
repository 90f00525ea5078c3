import { onCleanup } from 'solid-js';
import type { CanvasSession } from '../../editor/session';
import { createSession } from '../../editor/session';
import type { FlowDocument } from '../../model/flow';
import { measureText } from '../../render/measure';
import { emptyFlow } from '../newFlow';

/** A canvas that shows a document and changes nothing. */
export function openReadOnly(flow: FlowDocument | undefined): CanvasSession {
  const session = createSession(flow ?? emptyFlow(), { access: 'view' }, { measure: measureText });
  onCleanup(() => session.dispose());
  return session;
}
