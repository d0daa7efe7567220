// postgres.js through a pooler. Where to: DATABASE_URL. The argument: prepared (as it comes) or unprepared.
'use strict';

const assert = require('node:assert/strict');
const postgres = require('postgres');

const CLIENTS = 8;
const ROUNDS = 25;

const [variant] = process.argv.slice(2);
const table = `postgres_js_${variant}`;

/** A client of its own: one connection, which sends what comes at once as a pipeline. */
function connect(max = 1) {
  return postgres(process.env.DATABASE_URL, { max, prepare: variant === 'prepared', onnotice: () => {} });
}

async function checkTypes(sql, number) {
  const row = {
    i: number,
    big: String(2n ** 40n + BigInt(number)),
    t: `it's \\ $1 ${number}`,
    b: Buffer.from([0, 39, 92, 255, number % 256]),
    w: new Date(Date.UTC(2026, 1, 28, 23, 59, 59, number % 1000)),
    j: { a: [number, null] },
    a: [3, number, 1],
    f: number % 2 === 0,
    n: null,
  };
  const [answer] = await sql`
    SELECT ${row.i}::int AS i, ${row.big}::int8 AS big, ${row.t}::text AS t, ${row.b}::bytea AS b, ${row.w}::timestamptz AS w,
      ${sql.json(row.j)}::jsonb AS j, ${row.a}::int[] AS a, ${row.f}::bool AS f, ${row.n}::text AS n`;
  assert.deepEqual({ ...answer, b: Buffer.from(answer.b) }, row);
}

async function round(sql, worker, number) {
  await checkTypes(sql, number);

  // Texts of this client alone.
  const [own] = await sql`SELECT ${number}::int * 100 + ${sql.unsafe(String(worker))} AS own`;
  assert.equal(own.own, number * 100 + worker);

  await assert.rejects(sql`SELECT 1 / ${0}::int`, { code: '22012' });
  await assert.rejects(sql`SELECT nothing FROM nowhere WHERE a = ${1}`, { code: '42P01' });

  // Sent in one go; what fails in the middle must not take the others with it.
  const answers = await Promise.allSettled([
    sql`SELECT ${number}::int AS v`,
    sql`SELECT 1 / ${0}::int`,
    sql`SELECT ${number + 1}::int AS v`,
    sql`SELECT count(*)::int AS v FROM ${sql(table)} WHERE client = ${worker}`,
    sql`SELECT nothing FROM nowhere WHERE b = ${number}`,
    sql`SELECT ${'text'}::text AS v`,
    sql`SELECT 1 AS v; SELECT 2 AS v`.simple(),
    sql`SELECT ${number + 2}::int AS v`,
  ]);
  assert.deepEqual(
    answers.map(({ value, reason }) => reason?.code ?? value[0].v ?? value.map(([row]) => row.v)),
    [number, '22012', number + 1, 2 * number, '42P01', 'text', [1, 2], number + 2],
  );

  await sql.begin(async (sql) => {
    await sql`INSERT INTO ${sql(table)} ${sql([{ client: worker, number: 2 * number }])}`;
    await sql
      .savepoint(async (sql) => {
        await sql`INSERT INTO ${sql(table)} VALUES (${worker}, ${-1})`;
        await sql`SELECT 1 / ${0}::int`;
      })
      .catch((error) => assert.equal(error.code, '22012'));
    const [, [{ count }]] = await Promise.all([
      sql`INSERT INTO ${sql(table)} VALUES (${worker}, ${2 * number + 1})`,
      sql`SELECT count(*)::int FROM ${sql(table)} WHERE client = ${worker}`,
    ]);
    assert.equal(count, 2 * number + 2);
  });

  await assert.rejects(
    sql.begin(async (sql) => {
      await sql`INSERT INTO ${sql(table)} VALUES (${worker}, ${-2})`;
      await sql`INSERT INTO ${sql(table)} VALUES (${worker}, ${-2})`;
    }),
    { code: '23505' },
  );
  assert.deepEqual(
    [...(await sql`SELECT number FROM ${sql(table)} WHERE client = ${worker} ORDER BY number DESC LIMIT ${1}`)],
    [{ number: 2 * number + 1 }],
  );

  if (number % 10 === 0) {
    let sum = 0;
    await sql`SELECT i FROM generate_series(1, ${100}) AS i`.cursor(30, (rows) => {
      sum += rows.reduce((total, { i }) => total + i, 0);
    });
    assert.equal(sum, 5050);
  }
}

async function work(worker) {
  const sql = connect();
  for (let number = 0; number < ROUNDS; number++) {
    await round(sql, worker, number);
  }
  await sql.end();
}

async function main() {
  const sql = connect();
  await sql.unsafe(`DROP TABLE IF EXISTS ${table}`);
  await sql.unsafe(`CREATE TABLE ${table} (client int, number int, PRIMARY KEY (client, number))`);
  await sql.end();
  await Promise.all(Array.from({ length: CLIENTS }, (_, worker) => work(worker)));

  // Its own pool: eight connections of one client, and a hundred queries at a time.
  const pool = connect(CLIENTS);
  const all = await Promise.all(Array.from({ length: 100 }, (_, i) => pool`SELECT ${i}::int AS i`));
  assert.deepEqual(all.map(([{ i }]) => i), Array.from({ length: 100 }, (_, i) => i));
  const [{ count, min }] = await pool`SELECT count(*)::int, min(number) FROM ${pool(table)}`;
  assert.deepEqual({ count, min }, { count: 2 * CLIENTS * ROUNDS, min: 0 });
  await pool.end();
}

main().then(
  () => console.log(`passed: ${variant}`),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
