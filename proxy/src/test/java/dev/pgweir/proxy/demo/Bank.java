package dev.pgweir.proxy.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * What the clients work on: accounts in a schema of their own, and transfers between them, so that the sum of all
 * balances stays nought exactly if every transaction was whole.
 */
final class Bank {

    private static final int ACCOUNTS = 10_000;

    /** A lock is rarely waited for, so what takes time is the way to the server. */
    private static final int LARGEST_AMOUNT = 100;

    private final String schema = "pgweir_demo_" + UUID.randomUUID().toString().substring(0, 8);
    private final String table = schema + ".accounts";

    void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA " + schema);
            statement.execute("CREATE TABLE " + table + " (id int PRIMARY KEY, balance bigint NOT NULL)"
                    // Room for the new version of a row beside the old one.
                    + " WITH (fillfactor = 50)");
            statement.execute("INSERT INTO " + table + " SELECT n, 0 FROM generate_series(1, " + ACCOUNTS + ") n");
            statement.execute("ANALYZE " + table);
        }
    }

    void drop(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP SCHEMA " + schema + " CASCADE");
        }
    }

    /** Nought, or something was lost. */
    long sum(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT sum(balance)::bigint FROM " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** One transaction: two looks in three are a look at a balance, the third moves money. */
    void transact(Connection connection, RandomGenerator random) throws SQLException {
        int one = 1 + random.nextInt(ACCOUNTS);
        if (random.nextInt(3) > 0) {
            look(connection, one);
            return;
        }
        int other = 1 + random.nextInt(ACCOUNTS);
        int amount = 1 + random.nextInt(LARGEST_AMOUNT);
        connection.setAutoCommit(false);
        // In the order of their numbers, so that no two transfers wait for each other.
        change(connection, Math.min(one, other), amount);
        change(connection, Math.max(one, other), -amount);
        connection.commit();
        connection.setAutoCommit(true);
    }

    private void look(Connection connection, int account) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT balance FROM " + table + " WHERE id = ?")) {
            statement.setInt(1, account);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw new SQLException("account " + account + " is gone");
                }
            }
        }
    }

    private void change(Connection connection, int account, int amount) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE " + table + " SET balance = balance + ? WHERE id = ?")) {
            statement.setInt(1, amount);
            statement.setInt(2, account);
            if (statement.executeUpdate() != 1) {
                throw new SQLException("account " + account + " is gone");
            }
        }
    }
}
