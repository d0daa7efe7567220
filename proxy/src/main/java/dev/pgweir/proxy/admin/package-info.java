/**
 * The console: what a user of the databases {@code pgbouncer} and {@code pgweir} may ask, one class per command.
 * Columns, their order and their types are PgBouncer's, because exporters and scripts depend on them.
 *
 * <p>Commands see PgWeir through {@link dev.pgweir.proxy.admin.ConsoleData}, which the composition root implements, and
 * so know nothing of channels and locks. They run on the event loop of the client that asks and must not block.
 */
@NullMarked
package dev.pgweir.proxy.admin;

import org.jspecify.annotations.NullMarked;
