package dev.pgweir.config;

import dev.pgweir.config.setting.PeerSettings;
import dev.pgweir.config.setting.SettingException;
import dev.pgweir.config.setting.SettingValues;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One {@code [peers.ID]}: another process of the group in which cancel requests are passed on.
 *
 * @param id its {@code peer_id}, 1 to 16383; the entry of this process itself may be there and means nothing
 * @param values what was set, by the keys of {@link PeerSettings}
 */
public record PeerConfig(int id, SettingValues values) {

    public PeerConfig {
        String host = values.find(PeerSettings.HOST);
        if (host == null || host.isBlank()) {
            throw new SettingException(
                    PeerSettings.HOST, "missing, accepted: an address, or the directory of a Unix socket");
        }
    }

    /** Name or address of that process, or the directory of its Unix socket. */
    public String host() {
        return Objects.requireNonNull(values.find(PeerSettings.HOST), "checked by the constructor");
    }

    /** Port of that process, 1 to 65535; part of the name of its Unix socket, too. */
    public int port() {
        return values.get(PeerSettings.PORT);
    }

    /** How many cancel requests may be on their way there at once; null: as {@code default_pool_size} says. */
    public @Nullable Integer poolSize() {
        return values.find(PeerSettings.POOL_SIZE);
    }
}
