"""asyncpg through a pooler, as it comes. Where to: DATABASE_URL. The argument: connections, pool or uncached."""

import asyncio
import datetime
import decimal
import os
import sys

import asyncpg

CLIENTS = 8
ROUNDS = 25

VARIANT = sys.argv[1]
TABLE = f"asyncpg_{VARIANT}"
OPTIONS = {"statement_cache_size": 0} if VARIANT == "uncached" else {}


def equal(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r} instead of {expected!r}")


async def fails(error, awaitable):
    try:
        await awaitable
    except error:
        return
    raise AssertionError(f"no {error.__name__}")


async def check_types(connection, number):
    given = (
        2**40 + number,
        f"it's \\ $1 {number}",
        b"\x00\x01'\\\xff" + bytes([number]),
        datetime.datetime(2026, 2, 28, 23, 59, 59, number, tzinfo=datetime.timezone.utc),
        decimal.Decimal("12345678901234567890.0001") + number,
        [3, number, 1],
        None,
        number % 2 == 0,
    )
    query = "SELECT $1::int8, $2::text, $3::bytea, $4::timestamptz, $5::numeric, $6::int[], $7::text, $8::bool"
    equal(tuple(await connection.fetchrow(query, *given)), given)


async def check_own(connection, worker, number):
    """Another text by each client; asyncpg names statements __asyncpg_stmt_1__, … on every connection."""
    equal(await connection.fetchval(f"SELECT $1::int * 100 + {worker}", number), number * 100 + worker)


async def check_transactions(connection, worker, number):
    insert = f"INSERT INTO {TABLE} VALUES ($1, $2)"
    count = f"SELECT count(*) FROM {TABLE} WHERE client = $1"

    async with connection.transaction():
        await connection.execute(insert, worker, 2 * number)
        await connection.executemany(insert, [(worker, -i) for i in range(1, 21)])
        # By the simple protocol.
        await connection.execute(f"DELETE FROM {TABLE} WHERE client = {worker} AND number < 0; SELECT 1")
        try:
            async with connection.transaction():
                await connection.execute(insert, worker, -1)
                await connection.fetchval("SELECT 1 / $1::int", 0)
        except asyncpg.DivisionByZeroError:
            pass
        await check_own(connection, worker, number)
        total = 0
        async for row in connection.cursor("SELECT generate_series(1, $1::int)", 200, prefetch=60):
            total += row[0]
        equal(total, 20100)
        cursor = await connection.cursor("SELECT generate_series(1, $1::int)", 10)
        equal([row[0] for row in await cursor.fetch(3)], [1, 2, 3])
        equal(await cursor.forward(2), 2)
        equal((await cursor.fetchrow())[0], 6)
        await connection.execute(insert, worker, 2 * number + 1)
    equal(await connection.fetchval(count, worker), 2 * number + 2)

    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(insert, worker, -1)
    await fails(asyncpg.UniqueViolationError, connection.execute(insert, worker, -1))
    await fails(asyncpg.InFailedSQLTransactionError, connection.fetchval("SELECT $1::int", 1))
    await transaction.rollback()
    equal(await connection.fetchval(count, worker), 2 * number + 2)

    await fails(
        asyncpg.UniqueViolationError,
        connection.executemany(insert, [(worker, -1), (worker, -2), (worker, 2 * number)]),
    )
    equal(await connection.fetchval(count, worker), 2 * number + 2)


async def check(connection, worker, number):
    await check_types(connection, number)
    await check_own(connection, worker, number)
    await fails(asyncpg.DivisionByZeroError, connection.fetchval("SELECT 1 / $1::int", 0))
    await fails(asyncpg.UndefinedTableError, connection.fetchval("SELECT nothing FROM nowhere WHERE a = $1", 1))
    await check_own(connection, worker, number)
    await check_transactions(connection, worker, number)
    # Prepared by the program; asyncpg closes it some time after it has been forgotten.
    statement = await connection.prepare(f"SELECT $1::text || '{worker}'")
    equal(await statement.fetchval(str(number)), f"{number}{worker}")
    equal([parameter.name for parameter in statement.get_parameters()], ["text"])
    equal(await statement.fetchval("again"), f"again{worker}")


async def work(worker):
    connection = await asyncpg.connect(os.environ["DATABASE_URL"], **OPTIONS)
    # Other statements first by each, so that the same names mean something else.
    for i in range(worker):
        equal(await connection.fetchval(f"SELECT $1::int + {i} + {worker}", 1), 1 + i + worker)
    for number in range(ROUNDS):
        await check(connection, worker, number)
    await connection.close()


async def work_by_pool(pool, worker):
    """The pool sends its reset query, with UNLISTEN * and RESET ALL, each time that it gets a connection back."""
    for number in range(ROUNDS):
        async with pool.acquire() as connection:
            await check(connection, worker, number)


async def all_of(works):
    """Waits for all before it fails as the first one did."""
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if outcome is not None:
            raise outcome


async def main():
    connection = await asyncpg.connect(os.environ["DATABASE_URL"], **OPTIONS)
    await connection.execute(f"DROP TABLE IF EXISTS {TABLE}")
    await connection.execute(f"CREATE TABLE {TABLE} (client int, number int, PRIMARY KEY (client, number))")
    if VARIANT == "pool":
        # Fewer connections than those who want one.
        async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=2, max_size=CLIENTS) as pool:
            workers = CLIENTS + 2
            await all_of(work_by_pool(pool, worker) for worker in range(workers))
    else:
        workers = CLIENTS
        await all_of(work(worker) for worker in range(workers))
    row = await connection.fetchrow(f"SELECT count(*), min(number) FROM {TABLE}")
    equal(tuple(row), (workers * ROUNDS * 2, 0))
    await connection.close()


asyncio.run(main())
print("passed: " + VARIANT)
