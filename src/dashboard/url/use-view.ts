import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useState } from 'preact/hooks';

import { readAddress, writeAddress } from './address.ts';
import { defaultView, type View } from './view.ts';

/** The view and the ways to another one. */
export interface Navigation {
  readonly view: View;
  /** Parameters of the address that made no sense. */
  readonly faults: readonly string[];
  /** Goes to a view; Back returns from it, unless it takes the place of this one. */
  readonly go: (view: View, options?: GoOptions) => void;
}

/** How to go to a view. */
export interface GoOptions {
  /** In the place of this one. */
  readonly replace?: boolean;
  /** The parameter that made no sense after all, where that is why. */
  readonly fault?: string;
}

/** The page's one navigation. */
export const NavigationContext = createContext<Navigation>({ view: defaultView, faults: [], go: () => {} });

/** Follows the address, Back and Forward too. */
export function useAddress(): Navigation {
  const [read, setRead] = useState(() => readAddress(location.search));
  useEffect(() => {
    const follow = (): void => setRead(readAddress(location.search));
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  const go = useCallback<Navigation['go']>((view, { replace = false, fault } = {}) => {
    const address = `${location.pathname}${writeAddress(view)}`;
    if (replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    // What made no sense was said; it is gone with the first step, but not with what the page adds by itself.
    setRead(({ faults }) => ({
      view,
      faults: [...(replace ? faults : []), ...(fault === undefined ? [] : [fault])],
    }));
  }, []);
  return useMemo(() => ({ ...read, go }), [read, go]);
}

/** The page's navigation. */
export function useNavigation(): Navigation {
  return useContext(NavigationContext);
}
