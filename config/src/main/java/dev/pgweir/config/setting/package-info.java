/**
 * The table of settings: the single source for the readers, the environment, SHOW CONFIG and the README.
 *
 * <p>{@link dev.pgweir.config.setting.Settings} holds what {@code [pgweir]} takes,
 * {@link dev.pgweir.config.setting.DatabaseSettings}, {@link dev.pgweir.config.setting.UserSettings} and
 * {@link dev.pgweir.config.setting.PeerSettings} what a section of a database, user or peer takes. Names and defaults are PgBouncer's; where a default differs, the reason stands beside
 * it. May use {@code value} only. Everything here is immutable and may be used on any thread.
 */
@NullMarked
package dev.pgweir.config.setting;

import org.jspecify.annotations.NullMarked;
