import type { FlowDocument } from '../model/flow';
import customerSupport from './examples/customer-support.flow.json';
import echoAgent from './examples/echo-agent.flow.json';
import expenseApprover from './examples/expense-approver.flow.json';
import type { TextKey } from '../ui/i18n';

export interface Example {
  title: TextKey;
  text: TextKey;
  flow: FlowDocument;
}

/** The three flows a new person can start from; opened as unsaved copies. */
export const EXAMPLES: readonly Example[] = [
  { title: 'example.echo', text: 'example.echo.text', flow: echoAgent as unknown as FlowDocument },
  {
    title: 'example.support',
    text: 'example.support.text',
    flow: customerSupport as unknown as FlowDocument,
  },
  {
    title: 'example.expense',
    text: 'example.expense.text',
    flow: expenseApprover as unknown as FlowDocument,
  },
];
