/**
 * Random scripts of the extended and the simple query protocol, and what PostgreSQL answers to them. A script is drawn
 * from a seed ({@code ScriptGenerator}), run by one client on PostgreSQL itself and by several at once through PgWeir
 * ({@code ScriptRun}), and each answer is compared byte by byte ({@code Sameness} says what is left out and why). A script
 * that gets other answers is made shorter ({@code Shrinker}) before it is shown. {@code ScriptComparison} is the door.
 *
 * <p>Scripts stay within what transaction pooling promises: they use no temporary tables, no LISTEN, no advisory locks, no
 * cursors that outlive their transaction, nothing that says which server it is, and no data of other clients.
 */
@NullMarked
package dev.pgweir.proxy.it.scripts;

import org.jspecify.annotations.NullMarked;
