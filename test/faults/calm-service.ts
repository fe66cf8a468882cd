import { type ServiceProcess, spawnService } from '../main/service-process.ts';

/**
 * Starts the service. However busy the machine is with other tests, it refuses nothing: that is not the fault that is
 * tested.
 * @param whenFinished a concurrent test has to bring its own, as for `spawnService`.
 */
export function spawnCalmService(
  settings: Readonly<Record<string, string>>,
  whenFinished?: (end: () => void) => void,
): ServiceProcess {
  const calm = { PORT: '0', MAX_EVENT_LOOP_DELAY_MS: '0' };
  return spawnService({ ...calm, ...settings }, undefined, whenFinished);
}
