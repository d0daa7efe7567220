package dev.pgweir.config;

import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.PoolMode;
import java.time.Duration;

/**
 * What pools do where neither their database nor their user says otherwise.
 *
 * @param poolMode {@code pool_mode}: when a server connection goes back to its pool
 * @param defaultPoolSize {@code default_pool_size}: server connections of one pool, 0 for no limit
 * @param minPoolSize {@code min_pool_size}: server connections that a pool in use keeps open
 * @param reservePoolSize {@code reserve_pool_size}: connections on top when clients wait too long
 * @param reservePoolTimeout {@code reserve_pool_timeout}: how long is too long; zero: the reserve stays closed
 * @param serverRoundRobin {@code server_round_robin}: take the connection idle longest, not the latest
 * @param minEvictAge {@code min_evict_age}: connections younger than this are not closed to make room for another pool
 */
public record PoolConfig(
        PoolMode poolMode,
        int defaultPoolSize,
        int minPoolSize,
        int reservePoolSize,
        Duration reservePoolTimeout,
        boolean serverRoundRobin,
        Duration minEvictAge) {

    static PoolConfig from(SettingValues values) {
        return new PoolConfig(
                values.get(Settings.POOL_MODE),
                values.get(Settings.DEFAULT_POOL_SIZE),
                values.get(Settings.MIN_POOL_SIZE),
                values.get(Settings.RESERVE_POOL_SIZE),
                values.get(Settings.RESERVE_POOL_TIMEOUT),
                values.get(Settings.SERVER_ROUND_ROBIN),
                values.get(Settings.MIN_EVICT_AGE));
    }
}
