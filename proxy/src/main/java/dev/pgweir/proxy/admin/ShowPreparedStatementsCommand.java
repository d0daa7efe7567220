package dev.pgweir.proxy.admin;

/** SHOW PREPARED_STATEMENTS: one row per statement that a client has a name for or a server knows. */
final class ShowPreparedStatementsCommand implements ShowCommand {
    /** A statement may be as long as a message; a console shows its beginning. */
    private static final int MAX_TEXT = 1000;

    @Override
    public String name() {
        return "SHOW PREPARED_STATEMENTS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns("sqss", "name", "uses", "prepared_by", "statement");
        for (StatementRow row : data.preparedStatements()) {
            String text = row.statement();
            out.row(
                    row.name(),
                    row.uses(),
                    row.preparedBy(),
                    text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text);
        }
        out.done("SHOW");
    }
}
