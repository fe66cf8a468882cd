import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** Tells browsers what answers may do: show this site's own files, call this site, and nothing else. */
export async function addSecurityHeaders(
  app: FastifyInstance,
  { production }: { readonly production: boolean },
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    // Browsers heed it behind TLS only; a proxy that ends TLS may have other names below its own.
    strictTransportSecurity: production ? { maxAge: 15_552_000, includeSubDomains: false } : false,
  });
}

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
