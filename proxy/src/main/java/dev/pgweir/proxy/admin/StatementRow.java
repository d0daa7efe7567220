package dev.pgweir.proxy.admin;

/**
 * One line of SHOW PREPARED_STATEMENTS, columns in order.
 *
 * @param name on servers, for instance in pg_prepared_statements
 * @param uses how often clients have bound or executed it
 * @param preparedBy {@code protocol} or {@code sql}, as in PostgreSQL's from_sql
 */
public record StatementRow(String name, long uses, String preparedBy, String statement) {}
