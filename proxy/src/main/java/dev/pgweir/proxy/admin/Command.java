package dev.pgweir.proxy.admin;

/** One command of the console. Stateless. */
interface Command {
    /** How it is written, upper case: {@code SHOW POOLS}. */
    String name();

    /** Whether only {@code admin_users} may use it; {@code stats_users} may look, and nothing else. */
    default boolean forAdminsOnly() {
        return true;
    }

    /** Writes the answer, up to CommandComplete. */
    void run(ConsoleData data, ResultWriter out);
}
