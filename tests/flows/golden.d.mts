export interface GoldenCase {
  path: string;
  sections: Record<string, string>;
}
export interface GoldenAnswer {
  head: Record<string, unknown>;
  body: Uint8Array;
}
export function findCases(): GoldenCase[];
export function compare(
  golden: GoldenCase,
  call: (name: string, input: string) => Promise<GoldenAnswer>,
): Promise<{ expected: Record<string, string>; actual: Record<string, string> }>;
