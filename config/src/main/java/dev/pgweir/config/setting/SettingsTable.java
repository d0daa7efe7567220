package dev.pgweir.config.setting;

/** Writes the tables of settings as the README shows them. */
public final class SettingsTable {

    private SettingsTable() {}

    /** What {@code [pgweir]} takes: a Markdown table under a heading for each theme. */
    public static String markdown() {
        return render(Settings.TABLE);
    }

    /** What {@code [databases.NAME]} takes. */
    public static String databaseMarkdown() {
        return render(DatabaseSettings.TABLE);
    }

    /** What {@code [users.NAME]} takes. */
    public static String userMarkdown() {
        return render(UserSettings.TABLE);
    }

    /** What {@code [peers.ID]} takes. */
    public static String peerMarkdown() {
        return render(PeerSettings.TABLE);
    }

    private static String render(SettingTable table) {
        StringBuilder out = new StringBuilder();
        for (SettingGroup group : table.groups()) {
            out.append(out.isEmpty() ? "" : "\n")
                    .append("#### ")
                    .append(group.title())
                    .append("\n\n| Setting | Default | Accepted | Reload | Meaning |\n|---|---|---|---|---|\n");
            group.settings().forEach(setting -> row(out, setting));
        }
        return out.toString();
    }

    private static void row(StringBuilder out, Setting<?> setting) {
        String note = setting.inForce() ? "" : " **Without effect:** " + setting.withoutEffect() + ".";
        out.append("| `")
                .append(setting.name())
                .append("` | ")
                .append(setting.defaultText().isEmpty() ? "" : "`" + cell(setting.defaultText()) + "`")
                .append(" | ")
                .append(cell(setting.type().accepted()))
                .append(" | ")
                .append(setting.reloadable() ? "yes" : "no")
                .append(" | ")
                .append(cell(setting.help() + note))
                .append(" |\n");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
