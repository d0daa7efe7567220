/** PgWeir's composition root and its lifecycle: start, reload, shutdown. Only {@code cli} stands above it. */
@NullMarked
package dev.pgweir.proxy;

import org.jspecify.annotations.NullMarked;
