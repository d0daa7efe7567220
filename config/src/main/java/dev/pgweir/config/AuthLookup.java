package dev.pgweir.config;

import org.jspecify.annotations.Nullable;

/**
 * How PostgreSQL is asked for the secret of a user whom the configuration does not know.
 *
 * @param user {@code auth_user}: who asks
 * @param query {@code auth_query}: what; {@code $1} is the user's name
 * @param database {@code auth_dbname}: in which of PgWeir's databases; null: in the one the client asks for
 */
public record AuthLookup(
        String user, String query, @Nullable String database) {}
