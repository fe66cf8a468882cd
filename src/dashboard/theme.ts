import { useEffect, useState } from 'preact/hooks';

/** Light or dark. */
export type Theme = 'light' | 'dark';

const storageKey = 'usage-theme';

/** The theme and what switches it. It is the system's until somebody switches; then this browser remembers it. */
export function useTheme(): readonly [Theme, () => void] {
  const [chosen, choose] = useState(readChosen);
  const system = useSystemTheme();
  const theme = chosen ?? system;
  useEffect(() => {
    if (chosen === null) delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = chosen;
  }, [chosen]);
  function toggle(): void {
    const next = theme === 'dark' ? 'light' : 'dark';
    localStorage.setItem(storageKey, next);
    choose(next);
  }
  return [theme, toggle];
}

function readChosen(): Theme | null {
  const stored = localStorage.getItem(storageKey);
  return stored === 'light' || stored === 'dark' ? stored : null;
}

function useSystemTheme(): Theme {
  const query = matchMedia('(prefers-color-scheme: dark)');
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const follow = ({ matches }: MediaQueryListEvent): void => setDark(matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  return dark ? 'dark' : 'light';
}
