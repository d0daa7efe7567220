"""Psycopg 3's prepared statements through a pooler. Where to: DATABASE_URL. The argument names the variant."""

import datetime
import decimal
import logging
import os
import sys
import threading
import traceback

import psycopg
from psycopg import errors

CLIENTS = 8
CONNECTIONS_EACH = 2
ROUNDS = 8

# prepare_threshold (None: never, 0: at once, 5: as it comes) and prepared_max, beyond which Psycopg sends DEALLOCATE.
VARIANTS = {
    "never": (None, 100),
    "at_once": (0, 100),
    "as_it_comes": (5, 100),
    "overflowing": (0, 3),
    "overflowing_later": (2, 3),
}

VARIANT = sys.argv[1]
TABLE = f"psycopg_{VARIANT}"

# It warns of each pipeline that ends with an error.
logging.getLogger("psycopg").setLevel(logging.ERROR)


def connect(autocommit=False):
    connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=autocommit)
    connection.prepare_threshold, connection.prepared_max = VARIANTS[VARIANT]
    return connection


def value(connection, query, parameters=None):
    return connection.execute(query, parameters).fetchone()[0]


def equal(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r} instead of {expected!r}")


def fails(error, connection, query, parameters):
    try:
        connection.execute(query, parameters)
    except error:
        return
    raise AssertionError(f"no {error.__name__}: {query}")


def check_types(connection, number):
    given = (
        2**40 + number,
        f"it's \\ %s {number}",
        b"\x00\x01'\\\xff" + bytes([number]),
        datetime.datetime(2026, 2, 28, 23, 59, 59, number, tzinfo=datetime.timezone.utc),
        decimal.Decimal("12345678901234567890.0001") + number,
        [3, number, 1],
        None,
        number % 2 == 0,
    )
    query = "SELECT %s::int8, %s::text, %s::bytea, %s::timestamptz, %s::numeric, %s::int[], %s::text, %s::bool"
    equal(connection.execute(query, given).fetchone(), given)
    equal(connection.execute(query, given, binary=True).fetchone(), given)
    # Psycopg sends each of these as another type: the same text, but not the same statement.
    for other in (number, 2**40, "text", 1.5, None):
        equal(value(connection, "SELECT quote_nullable(%s) = 'NULL'", [other]), other is None)


def check_own(connection, worker, number):
    equal(value(connection, f"SELECT %s::int * 100 + {worker}", [number]), number * 100 + worker)


def with_autocommit(connection, worker, number):
    check_types(connection, number)
    check_own(connection, worker, number)
    fails(errors.DivisionByZero, connection, "SELECT 1 / %s::int", [0])
    fails(errors.UndefinedTable, connection, "SELECT nothing FROM nowhere WHERE a = %s", [1])
    check_own(connection, worker, number)


def with_transactions(connection, worker, number):
    insert = f"INSERT INTO {TABLE} VALUES (%s, %s)"
    count = f"SELECT count(*) FROM {TABLE} WHERE client = %s"

    with connection.transaction():
        connection.execute(insert, [worker, 2 * number])
        check_own(connection, worker, number)
        with connection.cursor() as cursor:
            cursor.executemany(insert, [[worker, 2 * number + 1], [worker, -1], [worker, -2]])
        connection.execute(f"DELETE FROM {TABLE} WHERE client = %s AND number < %s", [worker, 0])
    equal(value(connection, count, [worker]), 2 * number + 2)

    try:
        with connection.transaction():
            connection.execute(insert, [worker, -3])
            fails(errors.UniqueViolation, connection, insert, [worker, -3])
            fails(errors.InFailedSqlTransaction, connection, "SELECT %s::int", [1])
            raise psycopg.Rollback
    finally:
        equal(value(connection, count, [worker]), 2 * number + 2)

    with connection.transaction():
        try:
            with connection.transaction():
                connection.execute("SELECT 1 / %s::int", [0])
        except errors.DivisionByZero:
            pass
        check_types(connection, number)
        check_own(connection, worker, number)


def with_pipeline(connection, worker, number):
    with connection.pipeline():
        first = connection.execute("SELECT %s::int + 1", [number])
        second = connection.execute("SELECT %s::text", ["text"])
        own = connection.execute(f"SELECT %s::int * 100 + {worker}", [number])
    equal(first.fetchone(), (number + 1,))
    equal(second.fetchone(), ("text",))
    equal(own.fetchone(), (number * 100 + worker,))
    # Psycopg 3.1 takes what an error made the server skip for done: a statement that it was about to prepare there, or a
    # DEALLOCATE of its own. So the skipped ones are prepared already, or not to be.
    prepare = None if VARIANT == "at_once" else False
    equal(value(connection, "SELECT %s::int + 3", [number]), number + 3)
    try:
        with connection.pipeline() as pipeline:
            before = connection.execute("SELECT %s::int + 2", [number])
            pipeline.sync()
            connection.execute("SELECT 1 / %s::int", [0], prepare=prepare)
            connection.execute("SELECT %s::int + 3", [number], prepare=prepare)
        raise AssertionError("no error from the pipeline")
    except errors.DivisionByZero:
        pass
    with connection.pipeline():
        after = connection.execute("SELECT %s::int + 4", [number])
    equal(before.fetchone(), (number + 2,))
    equal(after.fetchone(), (number + 4,))


def by_hand(connection, worker, number):
    """Statements of SQL's own: another one under the same name by each client."""
    connection.execute(f"PREPARE by_hand (int) AS SELECT $1 * 100 + {worker} AS own")
    equal(value(connection, f"EXECUTE by_hand ({number})"), number * 100 + worker)
    with connection.transaction():
        equal(value(connection, f"EXECUTE by_hand ({number})"), number * 100 + worker)
    if number % 3 == 0:
        connection.execute("DEALLOCATE by_hand")
    elif number % 3 == 1:
        with connection.transaction():
            connection.execute("DEALLOCATE ALL")
            connection.execute(f"UPDATE {TABLE} SET number = number WHERE client = %s", [worker])
    else:
        connection.execute("DISCARD ALL")
    fails(errors.InvalidSqlStatementName, connection, "EXECUTE by_hand (1)", None)


def work(worker):
    for i in range(CONNECTIONS_EACH):
        with connect(autocommit=True) as connection:
            # Other statements first by each: Psycopg names them _pg3_0, _pg3_1, … on every connection.
            for j in range(worker):
                equal(value(connection, f"SELECT %s::int + {j} + {worker}", [1]), 1 + j + worker)
            for number in range(i * ROUNDS, (i + 1) * ROUNDS):
                with_autocommit(connection, worker, number)
                with_transactions(connection, worker, number)
                with_pipeline(connection, worker, number)
                if VARIANT == "never":
                    by_hand(connection, worker, number)


def main():
    with connect() as connection:
        connection.execute(f"DROP TABLE IF EXISTS {TABLE}")
        connection.execute(f"CREATE TABLE {TABLE} (client int, number int, PRIMARY KEY (client, number))")
    failures = []

    def guarded(worker):
        try:
            work(worker)
        except BaseException:
            failures.append(traceback.format_exc())

    threads = [threading.Thread(target=guarded, args=[worker]) for worker in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        print("\n".join(failures))
        sys.exit(1)
    with connect() as connection:
        counted = connection.execute(f"SELECT count(*), min(number) FROM {TABLE}").fetchone()
        equal(counted, (CLIENTS * CONNECTIONS_EACH * ROUNDS * 2, 0))
    print("passed: " + VARIANT)


main()
