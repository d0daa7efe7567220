/** Tests of the console against PgBouncer's columns. */
@NullMarked
package dev.pgweir.proxy.admin;

import org.jspecify.annotations.NullMarked;
