/** Certificates for tests, and the tests of what reads them. */
@NullMarked
package dev.pgweir.proxy.tls;

import org.jspecify.annotations.NullMarked;
