/**
 * Reads a comma-separated list of the origins of web pages. `https://*.example.com` stands for all subdomains of
 * example.com, at any depth, and not for example.com itself.
 * @returns each as browsers send it: in lower case, without the scheme's own port.
 * @throws Error whose message completes "CORS_ORIGINS …"
 */
export function parseOrigins(list: string): readonly string[] {
  return list
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '')
    .map(parseOrigin);
}

/** Whether a page of this origin may call the service. */
export function isAllowedOrigin(origin: string, allowed: readonly string[]): boolean {
  return allowed.some((pattern) => matches(origin, pattern));
}

const anySubdomain = '*.';

function matches(origin: string, pattern: string): boolean {
  const [scheme = '', domain] = pattern.split(anySubdomain);
  if (domain === undefined) return origin === pattern;
  const suffix = `.${domain}`;
  return (
    origin.startsWith(scheme) &&
    origin.endsWith(suffix) &&
    /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(origin.slice(scheme.length, -suffix.length))
  );
}

function parseOrigin(text: string): string {
  const isPattern = /^https?:\/\/\*\./i.test(text);
  const url = URL.parse(isPattern ? text.replace(anySubdomain, '') : text);
  if (url === null || !isBareOrigin(url)) {
    // What stands before an @ may be a password.
    const shown = JSON.stringify(text.replace(/^.*@/, '…@'));
    throw new Error(
      `must be origins such as https://app.example.com or https://*.example.com, comma-separated, but has ${shown}`,
    );
  }
  const scheme = `${url.protocol}//`;
  return isPattern ? scheme + anySubdomain + url.origin.slice(scheme.length) : url.origin;
}

function isBareOrigin({ protocol, username, password, pathname, search, hash, hostname }: URL): boolean {
  return (
    /^https?:$/.test(protocol) &&
    username + password + search + hash === '' &&
    pathname === '/' &&
    !hostname.includes('*')
  );
}
