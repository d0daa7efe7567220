// node-postgres through a pooler. Where to and who: the environment (PGHOST, …). The argument names the scenario.
'use strict';

const assert = require('node:assert/strict');
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { Client, Pool, Query } = require('pg');
const { from: copyFrom, to: copyTo } = require('pg-copy-streams');
const Cursor = require('pg-cursor');

const sessionMode = process.env.PGDATABASE === 'session';

/** Runs with a client of its own. */
async function withClient(work, config = {}) {
  const client = new Client(config);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function value(client, text, values) {
  const { rows } = await client.query({ text, values, rowMode: 'array' });
  return rows[0][0];
}

/** Asks until the answer is true. */
async function until(client, text, values) {
  for (let i = 0; i < 1000; i++) {
    if (await value(client, text, values)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`never true: ${text}`);
}

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

const scenarios = {
  async parameters() {
    await withClient(async (client) => {
      const bytes = Buffer.from([0, 1, 39, 92, 255]);
      const when = new Date('2026-02-28T23:59:59.123Z');
      const long = 'ä'.repeat(500000);
      const { rows } = await client.query(
        'SELECT $1::int8 AS i, $2::text AS t, $3::bytea AS b, $4::timestamptz AS w, $5::jsonb AS j, $6::int[] AS a,' +
          ' $7::text AS n, $8::text AS l, $9::boolean AS f',
        ['9007199254740993', "it's \\ $1", bytes, when, { a: [1, null] }, [3, 2, 1], null, long, false],
      );
      assert.deepEqual(rows, [
        { i: '9007199254740993', t: "it's \\ $1", b: bytes, w: when, j: { a: [1, null] }, a: [3, 2, 1], n: null, l: long, f: false },
      ]);
      assert.deepEqual((await client.query('SELECT 1 AS one; SELECT 2 AS two')).map((result) => result.rows), [
        [{ one: 1 }],
        [{ two: 2 }],
      ]);
      // All at once: node-postgres sends one after the other.
      const squares = await Promise.all([1, 2, 3, 4].map((n) => value(client, 'SELECT $1::int * $1::int', [n])));
      assert.deepEqual(squares, [1, 4, 9, 16]);
    });
  },

  async transactions() {
    await withClient((client) =>
      withClient(async (other) => {
        await client.query('CREATE TABLE tx (v int)');
        await client.query('BEGIN');
        await client.query('INSERT INTO tx VALUES ($1), ($2)', [1, 2]);
        assert.equal(await value(other, 'SELECT count(*)::int FROM tx'), 0);
        await client.query('COMMIT');
        assert.equal(await value(other, 'SELECT count(*)::int FROM tx'), 2);
        await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
        await client.query('DELETE FROM tx');
        await client.query('ROLLBACK');
        assert.equal(await value(client, 'SELECT count(*)::int FROM tx'), 2);
      }),
    );
  },

  async errors() {
    await withClient(async (client) => {
      await client.query('CREATE TABLE err (v int PRIMARY KEY)');
      await assert.rejects(client.query('SELECT $1::int / 0', [1]), { code: '22012' });
      await assert.rejects(client.query('SELEC'), { code: '42601' });
      await client.query('BEGIN');
      await client.query('INSERT INTO err VALUES (1)');
      await client.query('SAVEPOINT s');
      await assert.rejects(client.query('INSERT INTO err VALUES ($1)', [1]), { code: '23505' });
      await assert.rejects(client.query('SELECT $1::int', [1]), { code: '25P02' });
      await client.query('ROLLBACK TO s');
      await client.query('INSERT INTO err VALUES ($1)', [2]);
      await client.query('COMMIT');
      await client.query('BEGIN');
      await assert.rejects(client.query('INSERT INTO err VALUES (3), ($1)', [1]), { code: '23505' });
      assert.equal((await client.query('COMMIT')).command, 'ROLLBACK');
      assert.equal(await value(client, 'SELECT sum(v)::int FROM err'), 3);
    });
  },

  async copy() {
    await withClient(async (client) => {
      const lines = Array.from({ length: 50000 }, (_, i) => `${i}\trow ${i}\n`);
      await client.query('CREATE TABLE cp (i int, t text)');
      await pipeline(Readable.from(lines), client.query(copyFrom('COPY cp FROM STDIN')));
      assert.equal(await value(client, 'SELECT count(*)::int FROM cp'), lines.length);
      assert.equal(await collect(client.query(copyTo('COPY (SELECT * FROM cp ORDER BY i) TO STDOUT'))), lines.join(''));
      await assert.rejects(pipeline(Readable.from(['x\ty\n']), client.query(copyFrom('COPY cp FROM STDIN'))), {
        code: '22P02',
      });
      // The client gives up halfway: CopyFail.
      async function* broken() {
        yield '1\tone\n';
        throw new Error('source is gone');
      }
      await assert.rejects(pipeline(Readable.from(broken()), client.query(copyFrom('COPY cp FROM STDIN'))), {
        message: 'source is gone',
      });
      assert.equal(await value(client, 'SELECT count(*)::int FROM cp'), lines.length);
    });
  },

  async cursor() {
    await withClient(async (client) => {
      await client.query('BEGIN');
      const cursor = client.query(new Cursor('SELECT i FROM generate_series(1, $1::int) AS i', [1000]));
      let sum = 0;
      for (let rows = await cursor.read(70); rows.length > 0; rows = await cursor.read(70)) {
        sum += rows.reduce((total, row) => total + row.i, 0);
      }
      await cursor.close();
      // And one that is closed before its end.
      const early = client.query(new Cursor('SELECT i FROM generate_series(1, 1000) AS i'));
      assert.equal((await early.read(10)).length, 10);
      await early.close();
      await client.query('COMMIT');
      assert.equal(sum, 500500);
      assert.equal(await value(client, 'SELECT 7'), 7);
    });
  },

  async cancel() {
    await withClient((client) =>
      withClient(async (other) => {
        const query = new Query('SELECT pg_sleep(60), $1::text', ['to be cancelled by node']);
        const outcome = new Promise((resolve, reject) => {
          query.on('error', reject);
          query.on('end', resolve);
        });
        client.query(query);
        await until(
          other,
          "SELECT count(*) > 0 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep(60)%'",
        );
        new Client().cancel(client, query);
        await assert.rejects(outcome, { code: '57014' });
        assert.equal(await value(client, 'SELECT $1::int', [1]), 1);
        assert.equal(await value(other, 'SELECT $1::int', [2]), 2);
      }),
    );
  },

  async settings() {
    await withClient(
      (client) =>
        withClient(
          async (other) => {
            await client.query("SET TIME ZONE 'Asia/Tokyo'");
            for (let i = 0; i < 5; i++) {
              // At the same time, so that they need not always get the same server connection.
              const [mine, yours] = await Promise.all(
                [client, other].map((it) =>
                  it.query("SELECT current_setting('TimeZone') AS zone, current_setting('application_name') AS name"),
                ),
              );
              assert.deepEqual(mine.rows, [{ zone: 'Asia/Tokyo', name: 'first' }]);
              assert.equal(yours.rows[0].name, 'second');
              assert.notEqual(yours.rows[0].zone, 'Asia/Tokyo');
            }
          },
          { application_name: 'second' },
        ),
      { application_name: 'first' },
    );
  },

  async notices() {
    await withClient(async (client) => {
      const seen = [];
      client.on('notice', (notice) => seen.push(notice.message));
      await client.query("DO $$ BEGIN RAISE NOTICE 'look'; RAISE WARNING 'here'; END $$");
      assert.deepEqual(seen, ['look', 'here']);
    });
  },

  /** Eight clients, each now and then a new one, on fewer server connections. */
  async crowd() {
    await withClient(async (client) => {
      await client.query('CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)');
      await client.query('INSERT INTO account SELECT i, 0 FROM generate_series(0, 7) AS i');
    });
    // A client of session mode keeps its server connection until it leaves.
    const pool = new Pool({ max: 8, maxUses: sessionMode ? 1 : Infinity });
    await Promise.all(Array.from({ length: 8 }, (_, worker) => transfers(pool, worker)));
    assert.equal(pool.waitingCount, 0);
    await pool.end();
    await withClient(async (client) => {
      const { rows } = await client.query('SELECT sum(balance)::int AS sum, sum(abs(balance))::int AS all FROM account');
      assert.equal(rows[0].sum, 0);
      assert.ok(rows[0].all > 0);
    });
  },

  async prepared() {
    await withClient(async (client) => {
      for (let i = 0; i < 10; i++) {
        const { rows } = await client.query({ name: 'twice', text: 'SELECT $1::int * 2 AS twice', values: [i] });
        assert.deepEqual(rows, [{ twice: 2 * i }]);
      }
      assert.equal(await value(client, "SELECT count(*)::int FROM pg_prepared_statements WHERE name = 'twice'"), 1);
    });
  },

  async notifications() {
    await withClient((client) =>
      withClient(async (other) => {
        const heard = new Promise((resolve) => client.on('notification', resolve));
        await client.query('LISTEN news');
        await other.query("NOTIFY news, 'rain'");
        const { channel, payload } = await heard;
        assert.deepEqual({ channel, payload }, { channel: 'news', payload: 'rain' });
      }),
    );
  },
};

async function transfers(pool, worker) {
  for (let round = 0; round < 3; round++) {
    const client = await pool.connect();
    for (let i = 0; i < 10; i++) {
      const amount = worker + i + 1;
      const [low, high] = [(worker + i) % 7, 7];
      await client.query('BEGIN');
      await client.query('UPDATE account SET balance = balance - $1 WHERE id = $2', [amount, low]);
      await client.query('UPDATE account SET balance = balance + $1 WHERE id = $2', [amount, high]);
      await client.query(i % 5 === 4 ? 'ROLLBACK' : 'COMMIT');
    }
    client.release();
  }
}

const [name] = process.argv.slice(2);
scenarios[name]().then(
  () => console.log(`passed: ${name}`),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
