package dev.pgweir.proxy.admin;

/** One command of the console. Stateless. */
interface Command {
    /** How it is written, upper case: {@code SHOW POOLS}. */
    String name();

    /** The same with what may follow, for SHOW HELP. */
    default String usage() {
        return name();
    }

    /** Whether only {@code admin_users} may use it; {@code stats_users} may look, and nothing else. */
    boolean forAdminsOnly();
}
