import helmet from '@fastify/helmet';
import { fastify, type FastifyInstance } from 'fastify';

/** Tells browsers what answers may do: show this site's own files, call this site, and nothing else. */
export async function addSecurityHeaders(
  app: FastifyInstance,
  { production }: { readonly production: boolean },
): Promise<void> {
  // They are the same for every answer, and helmet would write them anew for each: a tenth of what a kept answer costs.
  const sample = fastify();
  await sample.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        // No script can make a script of a text.
        requireTrustedTypesFor: ["'script'"],
      },
    },
    frameguard: { action: 'deny' },
    // Browsers heed it behind TLS only; a proxy that ends TLS may have other names below its own.
    strictTransportSecurity: production ? { maxAge: 15_552_000, includeSubDomains: false } : false,
  });
  sample.get('/', (_request, reply) => reply.code(204).send());
  const { headers } = await sample.inject('/');
  await sample.close();
  const securityHeaders = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !ownHeaders.has(name)),
  );
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(securityHeaders);
  });
}

// Not helmet's, but those of the sample answer itself.
const ownHeaders = new Set(['date', 'connection', 'content-length', 'content-type']);

// Where Apollo Sandbox's page comes from.
const sandboxFiles =
  'https://embeddable-sandbox.cdn.apollographql.com https://apollo-server-landing-page.cdn.apollographql.com';

/**
 * The policy of Apollo Sandbox's page, as a header: it may load what it is made of. The page itself carries a stricter
 * one on top, with a nonce for each of its scripts and styles.
 */
export const sandboxPolicy = [
  "default-src 'self'",
  `script-src 'self' 'unsafe-inline' ${sandboxFiles}`,
  `style-src 'self' 'unsafe-inline' ${sandboxFiles} https://fonts.googleapis.com`,
  'font-src https://fonts.gstatic.com',
  `img-src ${sandboxFiles}`,
  `manifest-src ${sandboxFiles}`,
  'frame-src https://sandbox.embed.apollographql.com',
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join(';');
