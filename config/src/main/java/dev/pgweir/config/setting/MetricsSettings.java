package dev.pgweir.config.setting;

import java.util.List;

/** What monitoring asks. */
final class MetricsSettings {

    /**
     * The port on which exporters for PgBouncer are scraped, so that jobs and firewalls which were made for one find this.
     * The loopback, because figures tell of databases and users.
     */
    static final Setting<String> HTTP_ADDR = Setting.of(
                    "http_addr",
                    Types.TEXT,
                    "127.0.0.1:9127",
                    "Host and port of /metrics, /livez, /readyz and /startupz; empty: none. Started from PgBouncer's ini: none.")
            .restart();

    static final SettingGroup GROUP = new SettingGroup("Probes and metrics", List.of(HTTP_ADDR));

    private MetricsSettings() {}
}
