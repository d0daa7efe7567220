/**
 * Asks an LDAP directory whether a password is right. The library works by blocking calls, so they run on a few threads of
 * their own, each bounded in time; it is loaded when the first client needs it.
 */
@NullMarked
package dev.pgweir.proxy.auth.ldap;

import org.jspecify.annotations.NullMarked;
