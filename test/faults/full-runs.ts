/**
 * How much the fault tests do. Small in the suite; `FAULTS=full npx vitest run test/faults` does what the docs'
 * table of faults was measured with.
 */
export const isFullRun = process.env['FAULTS'] === 'full';

/** Prints one measured line of a full run. */
export function reportFinding(fault: string, facts: Readonly<Record<string, unknown>>): void {
  if (isFullRun) console.log(`FINDING ${fault}: ${JSON.stringify(facts)}`);
}
