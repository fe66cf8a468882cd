import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Says when it is tried again. Seconds pass without being read aloud each time. */
export function Countdown({ untilMs }: { readonly untilMs: number }): JSX.Element {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    setNowMs(Date.now());
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [untilMs]);
  const seconds = Math.ceil((untilMs - nowMs) / 1_000);
  return <span aria-live="off">{seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again now.'}</span>;
}
