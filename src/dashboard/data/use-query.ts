import { createContext } from 'preact';
import { useContext, useLayoutEffect, useReducer, useRef } from 'preact/hooks';

import type { TypedDocumentString } from '../../../schema/generated/graphql.ts';
import { Client, type Known } from './client.ts';
import type { Problem } from './problem.ts';

/** The page's one client. */
export const ClientContext = createContext(new Client());

/** What a component shows of a query. */
export interface Shown<Result> extends Known<Result> {
  /** Whether the data answers this very question, and not the one before it. */
  readonly current: boolean;
}

/**
 * The newest answer to a query; while a changed question has none yet, that to the question before.
 * @param variables null: nothing is asked yet.
 */
export function useQuery<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables | null,
): Shown<Result> {
  const client = useContext(ClientContext);
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const before = useRef<Result | null>(null);
  const key = variables === null ? null : JSON.stringify(variables);
  useLayoutEffect(
    () => (variables === null ? undefined : client.watch(document, variables, () => draw(undefined))),
    // The key stands for the variables, which are a new object at each drawing.
    [client, document, key],
  );
  const known = variables === null ? null : client.read(document, variables);
  if (known?.problem?.kind === 'credential') before.current = null;
  const data = known?.data ?? null;
  if (data !== null) before.current = data;
  const refused = known?.problem?.kind === 'refused';
  return {
    data: data ?? (refused ? null : before.current),
    problem: known?.problem ?? null,
    current: data !== null,
  };
}

/** What keeps the whole page from newer figures. */
export function useOutage(): Problem | null {
  const client = useContext(ClientContext);
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useLayoutEffect(() => client.watchOutage(() => draw(undefined)), [client]);
  return client.outage;
}
