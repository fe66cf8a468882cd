import type { Upstream } from '../../src/upstream/upstream.ts';

/** The vendors of a simulation as the service meets them. */
export interface SimulatedUpstream extends Upstream {
  /** Lets the account's next list break off after so many messages; Infinity: not at all. */
  cutNextList(account: string, afterMessages: number): void;
}
