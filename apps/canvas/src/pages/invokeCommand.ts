import type { JsonObject } from '../model/flow';

/**
 * A shell command that invokes a Core on this server. The token is read from the environment, never
 * printed.
 */
export function invokeCommand(
  coreId: string,
  input: JsonObject = { message: 'hello' },
  origin: string = location.origin,
): string {
  const body = JSON.stringify({ input }).replace(/'/g, `'\\''`);
  return [
    `curl -s ${origin}/v1/modules/scaicore/cores/${coreId}/invoke`,
    `-H "Authorization: Bearer $SCAIFLOW_TOKEN"`,
    `-H 'Content-Type: application/json'`,
    `-d '${body}'`,
  ].join(' \\\n  ');
}
