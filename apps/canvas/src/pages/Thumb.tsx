import type { JSX } from 'solid-js';
import type { FlowDocument } from '../model/flow';
import '../render/canvas.css';
import { Miniature } from '../render/Miniature';

/** The graph of a flow as a small picture, for rows and cards. Decorative: the name stands beside it. */
export function Thumb(props: { flow: FlowDocument; look: 'row' | 'card' }): JSX.Element {
  return <Miniature graph={props.flow} size={props.look} />;
}
