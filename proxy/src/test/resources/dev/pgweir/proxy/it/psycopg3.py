"""Psycopg 3 through a pooler. Where to and who: the environment (PGHOST, ...). The argument names the scenario."""

import datetime
import decimal
import os
import sys
import threading
import time

import psycopg
from psycopg import errors
from psycopg.types.json import Jsonb

SESSION_MODE = os.environ["PGDATABASE"] == "session"


def connect(**options):
    if not SESSION_MODE:
        # Named prepared statements outlive their transaction.
        options.setdefault("prepare_threshold", None)
    return psycopg.connect("", **options)


def value(connection, query, parameters=None):
    return connection.execute(query, parameters).fetchone()[0]


def until(connection, query):
    """Asks until the answer is true."""
    for _ in range(1000):
        if value(connection, query):
            return
        time.sleep(0.02)
    raise AssertionError("never true: " + query)


def equal(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r} instead of {expected!r}")


def fails(error, work, *arguments):
    try:
        work(*arguments)
    except error:
        return
    raise AssertionError(f"no {error.__name__}")


def parameters():
    with connect() as connection:
        given = (
            2**40,
            "it's \\ %s",
            b"\x00\x01'\\\xff",
            datetime.datetime(2026, 2, 28, 23, 59, 59, 123000, tzinfo=datetime.timezone.utc),
            decimal.Decimal("12345678901234567890.0001"),
            [3, 2, 1],
            None,
            "ä" * 500_000,
            False,
        )
        query = "SELECT %s::int8, %s::text, %s::bytea, %s::timestamptz, %s::numeric, %s::int[], %s::text, %s::text, %s::bool"
        equal(connection.execute(query, given).fetchone(), given)
        equal(connection.execute(query, given, binary=True).fetchone(), given)
        equal(value(connection, "SELECT %s::jsonb", [Jsonb({"a": [1, None]})]), {"a": [1, None]})
        # More often than a statement takes to be prepared, were it to be.
        for i in range(12):
            equal(value(connection, "SELECT %s::int + 1", [i]), i + 1)
            connection.commit()
        connection.execute("CREATE TABLE par (i int, t text)")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO par VALUES (%s, %s)", [(i, str(i)) for i in range(100)])
        equal(value(connection, "SELECT sum(i) FROM par"), 4950)


def transactions():
    with connect() as connection, connect(autocommit=True) as other:
        other.execute("CREATE TABLE tx (v int)")
        connection.execute("INSERT INTO tx VALUES (%s), (%s)", [1, 2])
        equal(value(other, "SELECT count(*) FROM tx"), 0)
        connection.commit()
        equal(value(other, "SELECT count(*) FROM tx"), 2)
        connection.execute("DELETE FROM tx")
        connection.rollback()
        equal(value(connection, "SELECT count(*) FROM tx"), 2)
        connection.rollback()
        connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        equal(value(connection, "SHOW transaction_isolation"), "serializable")
        connection.rollback()
        with other.transaction():
            other.execute("INSERT INTO tx VALUES (3)")
            with other.transaction() as inner:
                other.execute("INSERT INTO tx VALUES (4)")
                raise psycopg.Rollback(inner)
        equal(value(other, "SELECT sum(v) FROM tx"), 6)


def the_errors():
    with connect() as connection:
        connection.execute("CREATE TABLE err (v int PRIMARY KEY)")
        connection.commit()
        fails(errors.DivisionByZero, connection.execute, "SELECT %s::int / 0", [1])
        fails(errors.InFailedSqlTransaction, connection.execute, "SELECT 1")
        connection.rollback()
        fails(errors.SyntaxError, connection.execute, "SELEC")
        connection.rollback()
        connection.execute("INSERT INTO err VALUES (1)")
        fails(errors.UniqueViolation, insert_within_savepoint, connection)
        connection.execute("INSERT INTO err VALUES (%s)", [2])
        connection.commit()
        fails(errors.UniqueViolation, connection.execute, "INSERT INTO err VALUES (3), (%s)", [1])
        connection.rollback()
        equal(value(connection, "SELECT sum(v) FROM err"), 3)


def insert_within_savepoint(connection):
    with connection.transaction():
        connection.execute("INSERT INTO err VALUES (%s)", [1])


def copy():
    with connect() as connection:
        connection.execute("CREATE TABLE cp (i int, t text)")
        rows = [(i, f"row {i}") for i in range(50_000)]
        cursor = connection.cursor()
        with cursor.copy("COPY cp FROM STDIN") as stream:
            for row in rows:
                stream.write_row(row)
        with cursor.copy("COPY (SELECT * FROM cp ORDER BY i) TO STDOUT (FORMAT BINARY)") as stream:
            stream.set_types(["int4", "text"])
            equal(list(stream.rows()), rows)
        connection.commit()
        fails(errors.InvalidTextRepresentation, copy_nonsense, cursor)
        connection.rollback()
        fails(errors.QueryCanceled, copy_halfway, cursor)
        connection.rollback()
        equal(value(connection, "SELECT count(*) FROM cp"), len(rows))


def copy_nonsense(cursor):
    with cursor.copy("COPY cp FROM STDIN") as stream:
        stream.write("x\ty\n")


def copy_halfway(cursor):
    """The client gives up: CopyFail, which PostgreSQL answers with an error of its own."""
    with cursor.copy("COPY cp FROM STDIN") as stream:
        stream.write_row((1, "one"))
        raise ArithmeticError


def cursor():
    with connect() as connection:
        with connection.cursor("on_the_server") as rows:
            rows.itersize = 70
            rows.execute("SELECT i FROM generate_series(1, %s) AS i", [1000])
            equal(sum(row[0] for row in rows), 500500)
        connection.commit()
        equal(sum(row[0] for row in connection.cursor().stream("SELECT generate_series(1, 1000)")), 500500)


def pipeline():
    with connect(autocommit=True) as connection:
        connection.execute("CREATE TABLE pipe (v int PRIMARY KEY)")
        with connection.pipeline():
            for i in range(200):
                connection.execute("INSERT INTO pipe VALUES (%s)", [i])
            total = connection.execute("SELECT sum(v) FROM pipe")
            equal(total.fetchone()[0], 19900)
        fails(errors.UniqueViolation, pipeline_with_a_mistake, connection)
        equal(value(connection, "SELECT count(*) FROM pipe WHERE v > 500"), 1)


def pipeline_with_a_mistake(connection):
    with connection.pipeline() as group:
        connection.execute("INSERT INTO pipe VALUES (%s)", [1000])
        group.sync()
        connection.execute("INSERT INTO pipe VALUES (%s)", [1])
        connection.execute("INSERT INTO pipe VALUES (%s)", [1001])
        group.sync()


def cancel():
    with connect(autocommit=True) as connection, connect(autocommit=True) as other:
        outcome = []

        def sleep():
            try:
                connection.execute("SELECT pg_sleep(60)")
            except psycopg.Error as error:
                outcome.append(error)

        thread = threading.Thread(target=sleep)
        thread.start()
        until(
            other,
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(60)'",
        )
        connection.cancel()
        thread.join()
        equal([type(error) for error in outcome], [errors.QueryCanceled])
        equal(value(connection, "SELECT %s::int", [1]), 1)
        equal(value(other, "SELECT %s::int", [2]), 2)


def settings():
    with connect(application_name="first") as first, connect(application_name="second", autocommit=True) as second:
        first.execute("SET TIME ZONE 'Asia/Tokyo'")
        first.execute("SET client_encoding TO 'LATIN1'")
        first.commit()
        for i in range(5):
            equal(value(first, "SELECT current_setting('TimeZone')"), "Asia/Tokyo")
            equal(value(first, "SELECT current_setting('application_name')"), "first")
            # While the first one is in a transaction and has a server connection to itself.
            equal(value(second, "SELECT current_setting('application_name')"), "second")
            equal(value(second, "SELECT current_setting('TimeZone') = 'Asia/Tokyo'"), False)
            if i % 2 == 0:
                first.commit()
            equal(value(first, "SELECT %s::text", ["ä"]), "ä")
            equal(value(second, "SELECT %s::text", ["€"]), "€")
        equal(first.info.encoding, "iso8859-1")


def notices():
    with connect() as connection:
        seen = []
        connection.add_notice_handler(lambda notice: seen.append(notice.message_primary))
        connection.execute("DO $$ BEGIN RAISE NOTICE 'look'; RAISE WARNING 'here'; END $$")
        equal(seen, ["look", "here"])


def crowd():
    """Eight clients, each now and then a new one, on fewer server connections."""
    with connect() as connection:
        connection.execute("CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)")
        connection.execute("INSERT INTO account SELECT i, 0 FROM generate_series(0, 7) AS i")
    failures = []

    def work(worker):
        try:
            for _ in range(3):
                with connect() as connection:
                    transfer(connection, worker)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=[worker]) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(failures, [])
    with connect() as connection:
        total, moved = connection.execute("SELECT sum(balance), sum(abs(balance)) FROM account").fetchone()
        equal(total, 0)
        equal(moved > 0, True)


def transfer(connection, worker):
    for i in range(10):
        amount = worker + i + 1
        connection.execute("UPDATE account SET balance = balance - %s WHERE id = %s", [amount, (worker + i) % 7])
        connection.execute("UPDATE account SET balance = balance + %s WHERE id = 7", [amount])
        if i % 5 == 4:
            connection.rollback()
        else:
            connection.commit()


def prepared():
    with connect(prepare_threshold=0) as connection:
        for i in range(10):
            equal(value(connection, "SELECT %s::int * 2", [i]), 2 * i)
            connection.commit()
        names = connection.execute("SELECT statement FROM pg_prepared_statements", prepare=False).fetchall()
        equal(("SELECT $1::int * 2",) in names, True)


def notifications():
    with connect(autocommit=True) as connection, connect(autocommit=True) as other:
        connection.execute("LISTEN news")
        other.execute("NOTIFY news, 'rain'")
        heard = next(connection.notifies())
        equal((heard.channel, heard.payload), ("news", "rain"))


SCENARIOS = {
    "parameters": parameters,
    "transactions": transactions,
    "errors": the_errors,
    "copy": copy,
    "cursor": cursor,
    "pipeline": pipeline,
    "cancel": cancel,
    "settings": settings,
    "notices": notices,
    "crowd": crowd,
    "prepared": prepared,
    "notifications": notifications,
}

if __name__ == "__main__":
    SCENARIOS[sys.argv[1]]()
    print("passed: " + sys.argv[1])
