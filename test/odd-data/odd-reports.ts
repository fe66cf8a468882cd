import type { ServerResponse } from 'node:http';

/** An answer for a report that is neither a 200 of the contract nor a 404. */
export interface OddReport {
  /** Completes "that …". */
  readonly name: string;
  readonly send: (response: ServerResponse, id: number) => void;
}

function body(name: string, text: string): OddReport {
  return {
    name,
    send: (response, id) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(text.replace('ID', String(id)));
    },
  };
}

function cost(name: string, json: string): OddReport {
  return body(name, `{"id":ID,"name":"Lease Report","credit_cost":${json}}`);
}

function status(code: number): OddReport {
  return { name: `says ${code}`, send: (response) => response.writeHead(code).end() };
}

/** Each must leave the report's messages unpriced. */
export const oddReports: readonly OddReport[] = [
  status(500),
  status(503),
  status(429),
  status(301),
  status(401),
  status(403),
  status(410),
  status(204),
  // Beyond the test's UPSTREAM_TIMEOUT_MS.
  { name: 'never comes', send: () => {} },
  {
    name: 'breaks off in the middle',
    send: (response) => {
      response.writeHead(200, { 'content-length': '60' });
      response.write('{"id":ID,"name":"Lease', () => response.destroy());
    },
  },
  body('is HTML', '<html>back soon</html>'),
  body('is empty', ''),
  body('is a list', '[]'),
  body('is another report', '{"id":1234567,"name":"Lease Report","credit_cost":79}'),
  body('has no cost', '{"id":ID,"name":"Lease Report"}'),
  body('has no name', '{"id":ID,"credit_cost":79}'),
  cost('has a negative cost', '-1'),
  cost('has words for its cost', '"79 credits"'),
  cost('has NaN for its cost', 'NaN'),
  cost('has null for its cost', 'null'),
  cost('has a cost of 400 digits', '9'.repeat(400)),
  cost('has a cost beyond every number', '1e400'),
  cost('has infinity for its cost', '"Infinity"'),
];
