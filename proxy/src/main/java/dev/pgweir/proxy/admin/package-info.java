/**
 * The console: what a user of the databases {@code pgbouncer} and {@code pgweir} may ask, one class per command.
 * Columns, their order and their types are PgBouncer's, because exporters and scripts depend on them.
 *
 * <p>Commands see PgWeir through {@link dev.pgweir.proxy.admin.ConsoleData} and change it through {@link
 * dev.pgweir.proxy.admin.ConsoleControl}, which the composition root implements, and so know nothing of channels and locks.
 * They run on the event loop of the client that asks and must not block: what takes its time is a future, and the client's
 * next message waits for it. {@link dev.pgweir.proxy.admin.Conversation} holds the conversation in both protocols; the
 * client package reads and writes.
 */
@NullMarked
package dev.pgweir.proxy.admin;

import org.jspecify.annotations.NullMarked;
