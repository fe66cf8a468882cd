import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Copies the address of what is shown. Where the browser does not let it, the address stands there to be copied. */
export function CopyLink(): JSX.Element {
  const [state, setState] = useState<'idle' | 'copied' | 'by-hand'>('idle');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.select();
    if (state !== 'copied') return undefined;
    const timer = setTimeout(() => setState('idle'), 2_000);
    return () => clearTimeout(timer);
  }, [state]);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href);
      setState('copied');
    } catch {
      // No permission, or a page without TLS, where there is no clipboard at all.
      setState('by-hand');
    }
  }

  return (
    <>
      <button type="button" class="button" onClick={() => void copy()}>
        {state === 'copied' ? 'Copied' : 'Copy link'}
      </button>
      <span class="visually-hidden" role="status">
        {state === 'copied' ? 'The link is copied' : ''}
      </span>
      {state === 'by-hand' && (
        <input
          class="copy-field"
          ref={field}
          readOnly
          aria-label="Link to what is shown"
          value={location.href}
        />
      )}
    </>
  );
}
