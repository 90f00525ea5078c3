import type { Resource } from 'solid-js';

/**
 * The last value of a resource: undefined before the first and after a failure. Never throws, never
 * suspends.
 */
export function settled<T>(resource: Resource<T>): T | undefined {
  return resource.state === 'ready' || resource.state === 'refreshing' ? resource.latest : undefined;
}
