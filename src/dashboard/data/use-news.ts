import { useContext, useEffect, useRef, useState } from 'preact/hooks';

import { liveNews } from './live-news.ts';
import { type News, watchWhileVisible } from './news.ts';
import { ClientContext } from './use-query.ts';

const pollEveryMs = 2_500;

/**
 * The account's newest state, followed while the page is looked at. Whenever the account has changed, everything that
 * is shown is asked for again.
 * @param revision that of the figures on the page.
 * @param locked whether a credential is missing: then nothing is asked.
 */
export function useNews(
  revision: number | null,
  locked: boolean,
): { readonly news: News | null; readonly live: boolean } {
  const client = useContext(ClientContext);
  const [state, setState] = useState<{ readonly news: News | null; readonly live: boolean }>({
    news: null,
    live: false,
  });
  useEffect(() => {
    if (locked) return undefined;
    return watchWhileVisible(liveNews(pollEveryMs), {
      tell(news, live) {
        setState({ news, live });
        client.noteNews(null);
      },
      fail: (problem) => client.noteNews(problem),
    });
  }, [client, locked]);

  const newest = state.news?.freshness.revision ?? null;
  const asked = useRef<number | null>(null);
  useEffect(() => {
    // Once for each revision: a replica that is behind must not be asked without end.
    if (newest === null || revision === null || newest <= revision || asked.current === newest) return;
    asked.current = newest;
    client.refresh();
  }, [client, newest, revision]);
  return state;
}
