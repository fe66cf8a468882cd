/** Upstream messages with the ids from 1 to `count`, a minute apart, none with a report. @param text the same for all */
export function createMessages(count: number, text: string | null = null): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    text: text ?? `message ${index + 1}`,
    timestamp: new Date(Date.UTC(2024, 3, 1) + index * 60_000).toISOString(),
  }));
}
