package dev.pgweir.config.setting;

import java.util.List;
import java.util.Map;

/** What {@code [peers.ID]} takes: PgBouncer's keys. */
public final class PeerSettings {

    /** As for {@code peer_id}: a cancel key has 14 bits for it. */
    private static final SettingType<Integer> ID = Types.integer(1, 16_383);

    public static final Setting<String> HOST = Setting.of(
            "host", Types.TEXT, null, "Name or address of that process, or the directory of its Unix socket.");
    public static final Setting<Integer> PORT =
            Setting.of("port", Types.integer(1, 65_535), 6432, "Port of that process.");
    public static final Setting<Integer> POOL_SIZE =
            Setting.of("pool_size", Types.COUNT, null, "Cancel requests on their way there; else default_pool_size.");

    /** The whole table. */
    public static final SettingTable TABLE =
            new SettingTable(List.of(new SettingGroup("Peers", List.of(HOST, PORT, POOL_SIZE))), Map.of());

    private PeerSettings() {}

    /**
     * Reads what stands in place of ID: the {@code peer_id} of that process.
     *
     * @throws IllegalArgumentException if it is none; the message is fit to be shown
     */
    public static int parseId(String text) {
        return ID.parse(text);
    }
}
