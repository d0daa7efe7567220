package dev.pgweir.proxy.admin;

/** A command that shows a table. Stateless. */
interface ShowCommand extends Command {
    @Override
    default boolean forAdminsOnly() {
        return false;
    }

    /** Writes the answer, up to CommandComplete. */
    void run(ConsoleData data, ResultWriter out);
}
