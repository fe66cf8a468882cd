import type { ComponentChildren, JSX } from 'preact';

import type { Theme } from '../theme.ts';

/** The top of the page: its name, and what stands beside it. */
export function TopBar({
  theme,
  toggleTheme,
  children,
}: {
  readonly theme: Theme;
  readonly toggleTheme: () => void;
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <header class="top-bar">
      <h1>
        <svg width="20" height="20" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M3 13V9M8 13V3M13 13V6" />
        </svg>
        Usage
      </h1>
      <div class="top-tools">
        {children}
        <button
          type="button"
          class="icon-button"
          onClick={toggleTheme}
          aria-label={`Switch to ${theme === 'dark' ? 'light' : 'dark'}`}
        >
          <svg width="18" height="18" viewBox="0 0 16 16" aria-hidden="true">
            {theme === 'dark' ? (
              <path d="M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z" />
            ) : (
              <path d="M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z" />
            )}
          </svg>
        </button>
      </div>
    </header>
  );
}
