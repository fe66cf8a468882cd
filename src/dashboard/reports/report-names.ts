import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** The names of the period's reports by their ids. */
export const ReportNames = createContext<ReadonlyMap<string, string>>(new Map());

/** Names a report; one of no known name goes by its id. */
export function useReportName(): (id: string) => string {
  const names = useContext(ReportNames);
  return (id) => names.get(id) ?? `Report ${id}`;
}
