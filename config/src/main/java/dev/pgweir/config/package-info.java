/**
 * The configuration as immutable values: {@link dev.pgweir.config.ProxyConfig} at the root and one record per theme.
 *
 * <p>A {@code ProxyConfig} is made of what was set ({@link dev.pgweir.config.setting.SettingValues}), the databases, the
 * users and the secrets of the auth file; its sections are derived from them, so they cannot disagree. Rules that a
 * value must keep stand in its table; rules between values stand in the compact constructors. May use {@code setting}
 * and {@code value}; how files are read is {@code load}'s business. Everything here may be used on any thread.
 */
@NullMarked
package dev.pgweir.config;

import org.jspecify.annotations.NullMarked;
