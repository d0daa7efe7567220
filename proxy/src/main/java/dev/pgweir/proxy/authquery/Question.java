package dev.pgweir.proxy.authquery;

/**
 * What is asked; equal questions share their answer.
 *
 * @param database PgWeir's name of the database in which the query runs
 * @param authUser who runs it
 * @param query with the user's name as {@code $1}
 * @param user whose secret is wanted
 */
record Question(String database, String authUser, String query, String user) {}
