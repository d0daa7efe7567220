package dev.pgweir.proxy.pool;

/**
 * What a pool is for.
 *
 * @param database PgWeir's name of the database, not PostgreSQL's
 * @param user the role the server connections log in as
 */
public record PoolKey(String database, String user) {
    @Override
    public String toString() {
        return database + "/" + user;
    }
}
