import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, brotliCompress, gzip } from 'node:zlib';

import type { FastifyInstance } from 'fastify';

import { etagOf, isKnownToClient } from './answer-cache.ts';

/** The page with its policy, in the codings that clients take. */
interface GraphiQLPage {
  readonly policy: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly br: Buffer;
}

/** Serves GraphiQL at `/graphiql`: one page that holds all that it is made of, so that it works without the internet. */
export function addGraphiQL(app: FastifyInstance): void {
  let page: Promise<GraphiQLPage> | null = null;
  app.get('/graphiql', { config: { open: true } }, async (request, reply) => {
    // It takes 9 MB: nobody pays for it who does not open it.
    page ??= buildPage();
    const { policy, etag, plain, ...coded } = await page;
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('cache-control', 'no-cache')
      .header('vary', 'accept-encoding')
      .header('etag', etag);
    if (isKnownToClient(request.headers['if-none-match'], etag)) return reply.code(304).send();
    const accepted = request.headers['accept-encoding'] ?? '';
    const coding = (['br', 'gzip'] as const).find((name) => accepts(accepted, name));
    // Told even where there is none, or it would be compressed anew for each visit.
    reply.header('content-encoding', coding ?? 'identity');
    return reply.send(coding === undefined ? plain : coded[coding]);
  });
}

async function buildPage(): Promise<GraphiQLPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Usage API: GraphiQL',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    defaultQuery: '{\n  usage {\n    totals {\n      creditsUsed\n      messageCount\n    }\n  }\n}\n',
  });
  const script = html.slice(html.indexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>'));
  const plain = Buffer.from(html);
  const [gzipped, brotli] = await Promise.all([
    promisify(gzip)(plain),
    promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  ]);
  return { policy: policyOf(script), etag: etagOf(plain), plain, gzip: gzipped, br: brotli };
}

/** Lets the page run its own script and no other, and call this site alone. Its editor writes styles, and works in blobs. */
function policyOf(script: string): string {
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash('sha256', script, 'base64')}'`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'font-src data:',
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join(';');
}

/** Source: RFC 9110, 12.5.3. */
function accepts(acceptEncoding: string, coding: string): boolean {
  return acceptEncoding.split(',').some((entry) => {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    return name === coding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
