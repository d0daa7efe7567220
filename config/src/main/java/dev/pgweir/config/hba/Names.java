package dev.pgweir.config.hba;

import java.util.Set;

/**
 * The databases or the users of a rule.
 *
 * @param all every name; of databases, not physical replication
 * @param same the database with the name of the user
 * @param replication physical replication
 * @param names these
 */
public record Names(boolean all, boolean same, boolean replication, Set<String> names) {
    public Names {
        names = Set.copyOf(names);
    }

    boolean hasDatabase(HbaClient client) {
        return client.physicalReplication()
                ? replication
                : all || (same && client.database().equals(client.user())) || names.contains(client.database());
    }

    boolean hasUser(HbaClient client) {
        return all || names.contains(client.user());
    }
}
