package dev.pgweir.proxy.it.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What one client does by JDBC, with its results checked; its rows go to the table entry. Used by one thread. */
final class JdbcWork {

    /** What each round leaves in the table. */
    static final int ROWS_PER_ROUND = 12;

    private static final String INSERT = "INSERT INTO entry VALUES (?, ?)";

    private final Connection connection;
    private final int client;
    private final boolean errorsAreUndone;

    /**
     * @param errorsAreUndone the driver takes a statement that failed back, and its transaction goes on
     */
    JdbcWork(Connection connection, int client, boolean errorsAreUndone) {
        this.connection = connection;
        this.client = client;
        this.errorsAreUndone = errorsAreUndone;
    }

    void round(int number) throws SQLException {
        int before = number * ROWS_PER_ROUND;
        types(number);
        own(number);
        fails("22012", () -> query("SELECT 1 / ?::int", 0));
        fails("42P01", () -> query("SELECT nothing FROM nowhere WHERE a = ?", 1));
        batch(before, before + 10);
        connection.setAutoCommit(false);
        commit(before + 10);
        rollBackAfterError(before);
        rollBackAfterBatch(before);
        savepoint(number);
        fetchInParts();
        connection.setAutoCommit(true);
        assertThat(count()).isEqualTo(before + ROWS_PER_ROUND);
        forget(number);
        own(number);
    }

    private void types(int number) throws SQLException {
        OffsetDateTime when = OffsetDateTime.of(2026, 2, 28, 23, 59, 59, number * 1000, ZoneOffset.UTC);
        byte[] bytes = {0, 39, 92, -1, (byte) number};
        BigDecimal decimal = new BigDecimal("12345678901234567890.0001").add(BigDecimal.valueOf(number));
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT ?::int8, ?::text, ?::bytea, ?::timestamptz, ?::numeric, ?::int[], ?::bool, ?::text")) {
            select.setLong(1, (1L << 40) + number);
            select.setString(2, "it's \\ $1 " + number);
            select.setBytes(3, bytes);
            select.setObject(4, when);
            select.setBigDecimal(5, decimal);
            select.setArray(6, connection.createArrayOf("int4", new Integer[] {3, number, 1}));
            select.setBoolean(7, number % 2 == 0);
            select.setNull(8, Types.VARCHAR);
            try (ResultSet row = select.executeQuery()) {
                assertThat(row.next()).isTrue();
                assertThat(row.getLong(1)).isEqualTo((1L << 40) + number);
                assertThat(row.getString(2)).isEqualTo("it's \\ $1 " + number);
                assertThat(row.getBytes(3)).isEqualTo(bytes);
                assertThat(row.getObject(4, OffsetDateTime.class)).isEqualTo(when);
                assertThat(row.getBigDecimal(5)).isEqualTo(decimal);
                assertThat(row.getArray(6).getArray()).isEqualTo(new Integer[] {3, number, 1});
                assertThat(row.getBoolean(7)).isEqualTo(number % 2 == 0);
                assertThat(row.getString(8)).isNull();
            }
        }
        // The same text with other types: the driver prepares it again.
        try (PreparedStatement select = connection.prepareStatement("SELECT ? = ?")) {
            if (number % 2 == 0) {
                select.setInt(1, number);
                select.setInt(2, number);
            } else {
                select.setString(1, "text");
                select.setString(2, "text");
            }
            try (ResultSet row = select.executeQuery()) {
                assertThat(row.next()).isTrue();
                assertThat(row.getBoolean(1)).isTrue();
            }
        }
    }

    /** Another text by each client, under names that all of them have. */
    private void own(int number) throws SQLException {
        assertThat(query("SELECT ? * 100 + " + client, number)).isEqualTo(number * 100 + client);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT " + client)) {
            assertThat(row.next()).isTrue();
            assertThat(row.getInt(1)).isEqualTo(client);
        }
    }

    private void commit(int first) throws SQLException {
        insert(first);
        own(first);
        insert(first + 1);
        assertThat(count()).isEqualTo(first + 2);
        connection.commit();
    }

    private void rollBackAfterError(int taken) throws SQLException {
        insert(-1);
        fails("23505", () -> insert(taken));
        if (errorsAreUndone) {
            assertThat(query("SELECT count(*) FROM entry WHERE number < 0 AND client = ?", client))
                    .isOne();
        } else {
            fails("25P02", () -> query("SELECT ?::int", 1));
        }
        connection.rollback();
    }

    /** Adds the rows from one number to before the other, in one go. */
    private void batch(int from, int to) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (int i = from; i < to; i++) {
                insert.setInt(1, client);
                insert.setInt(2, i);
                insert.addBatch();
            }
            assertThat(insert.executeBatch()).hasSize(to - from).containsOnly(1);
        }
    }

    private void rollBackAfterBatch(int taken) throws SQLException {
        assertThatExceptionOfType(BatchUpdateException.class).isThrownBy(() -> batch(taken - 3, taken + 3));
        connection.rollback();
    }

    private void savepoint(int number) throws SQLException {
        insert(-1);
        Savepoint here = connection.setSavepoint();
        fails("22012", () -> query("SELECT 1 / ?::int", 0));
        connection.rollback(here);
        own(number);
        assertThat(query("DELETE FROM entry WHERE number < 0 AND client = ? RETURNING number", client))
                .isEqualTo(-1);
        connection.commit();
    }

    /** A portal that stays open between other statements. */
    private void fetchInParts() throws SQLException {
        long sum = 0;
        try (PreparedStatement select = connection.prepareStatement("SELECT generate_series(1, ?)")) {
            select.setFetchSize(30);
            select.setInt(1, 100);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    sum += rows.getInt(1);
                    if (rows.getInt(1) % 40 == 0) {
                        own(rows.getInt(1));
                    }
                }
            }
        }
        assertThat(sum).isEqualTo(5050);
        connection.commit();
    }

    /** The program drops all statements, which the driver notices. */
    private void forget(int number) throws SQLException {
        if (number % 4 == 3) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(number % 8 == 3 ? "DEALLOCATE ALL" : "DISCARD ALL");
            }
        }
    }

    private void insert(int number) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setInt(1, client);
            insert.setInt(2, number);
            assertThat(insert.executeUpdate()).isOne();
        }
    }

    private int count() throws SQLException {
        return query("SELECT count(*) FROM entry WHERE client = ?", client);
    }

    private int query(String sql, int parameter) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setInt(1, parameter);
            try (ResultSet row = select.executeQuery()) {
                assertThat(row.next()).isTrue();
                return row.getInt(1);
            }
        }
    }

    private static void fails(String state, ThrowingCallable work) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(work)
                .satisfies(failure -> assertThat(failure.getSQLState()).isEqualTo(state));
    }
}
