// node-postgres's prepared statements through a pooler. Where to: DATABASE_URL. The argument: named or unnamed.
'use strict';

const assert = require('node:assert/strict');
const { Client } = require('pg');

const CLIENTS = 8;
const CONNECTIONS_EACH = 2;
const ROUNDS = 15;

const [variant] = process.argv.slice(2);
const table = `node_postgres_${variant}`;

const echo = 'SELECT $1::int8 AS i, $2::text AS t, $3::bytea AS b, $4::timestamptz AS w, $5::jsonb AS j, $6::int[] AS a, $7::bool AS f';

async function withClient(work) {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A query that has a name with one variant and none with the other. */
function query(client, name, text, values) {
  return client.query(variant === 'named' ? { name, text, values } : { text, values });
}

async function checkEcho(client, number) {
  const row = {
    i: String(2n ** 40n + BigInt(number)),
    t: `it's \\ $1 ${number}`,
    b: Buffer.from([0, 39, 92, 255, number % 256]),
    w: new Date(Date.UTC(2026, 1, 28, 23, 59, 59, number % 1000)),
    j: { a: [number, null] },
    a: [3, number, 1],
    f: number % 2 === 0,
  };
  // The same text under the same name by all clients.
  const { rows } = await query(client, 'echo', echo, Object.values(row));
  assert.deepEqual(rows, [row]);
  const { rows: nulls } = await query(client, 'echo', echo, Array(7).fill(null));
  assert.deepEqual(Object.values(nulls[0]), Array(7).fill(null));
}

/** Another text under the same name by each client. */
async function checkOwn(client, worker, number) {
  const { rows } = await query(client, 'own', `SELECT $1::int * 100 + ${worker} AS own`, [number]);
  assert.deepEqual(rows, [{ own: number * 100 + worker }]);
}

async function checkCount(client, worker, expected) {
  const { rows } = await query(client, 'count', `SELECT count(*)::int AS count FROM ${table} WHERE client = $1`, [worker]);
  assert.deepEqual(rows, [{ count: expected }]);
}

function insert(client, worker, number) {
  return query(client, 'insert', `INSERT INTO ${table} VALUES ($1, $2)`, [worker, number]);
}

async function round(client, worker, number) {
  await checkEcho(client, number);
  await checkOwn(client, worker, number);

  await assert.rejects(query(client, 'divide', 'SELECT 1 / $1::int', [0]), { code: '22012' });
  await assert.rejects(query(client, 'wrong', 'SELECT nothing FROM nowhere WHERE a = $1', [1]), { code: '42P01' });
  await checkOwn(client, worker, number);

  await client.query('BEGIN');
  await insert(client, worker, 2 * number);
  await insert(client, worker, 2 * number + 1);
  await checkCount(client, worker, 2 * number + 2);
  await client.query('COMMIT');

  await client.query('BEGIN');
  await insert(client, worker, -1);
  // Several at once, as they come; node-postgres sends them one after the other.
  const [failed, aborted] = await Promise.allSettled([insert(client, worker, -1), checkEcho(client, number)]);
  assert.equal(failed.reason?.code, '23505');
  assert.equal(aborted.reason?.code, '25P02');
  await client.query('ROLLBACK');

  await client.query('BEGIN');
  await client.query('SAVEPOINT here');
  await assert.rejects(query(client, 'divide', 'SELECT 1 / $1::int', [0]), { code: '22012' });
  await client.query('ROLLBACK TO SAVEPOINT here');
  await checkOwn(client, worker, number);
  await client.query('COMMIT');
  await checkCount(client, worker, 2 * number + 2);
}

async function work(worker) {
  for (let connection = 0; connection < CONNECTIONS_EACH; connection++) {
    await withClient(async (client) => {
      for (let i = 0; i < ROUNDS; i++) {
        await round(client, worker, connection * ROUNDS + i);
      }
    });
  }
}

async function main() {
  await withClient((client) =>
    client.query(`DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} (client int, number int, PRIMARY KEY (client, number))`),
  );
  await Promise.all(Array.from({ length: CLIENTS }, (_, worker) => work(worker)));
  await withClient(async (client) => {
    const { rows } = await client.query(`SELECT count(*)::int AS count, min(number) AS min FROM ${table}`);
    assert.deepEqual(rows, [{ count: CLIENTS * CONNECTIONS_EACH * ROUNDS * 2, min: 0 }]);
  });
}

main().then(
  () => console.log(`passed: ${variant}`),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
