/** Gives what was read before under a key, or is being read, else reads it. Several fields of a query often ask for the same. */
export function readOnce<Key, T>(known: Map<Key, Promise<T>>, key: Key, read: () => Promise<T>): Promise<T> {
  const reading = known.get(key) ?? read();
  known.set(key, reading);
  return reading;
}
