package dev.pgweir.proxy.tls;

import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * What a TLS handshake has shown of the other end. Immutable, for any thread.
 *
 * @param info protocol and cipher as the console and the log show them: {@code TLSv1.3/TLS_AES_256_GCM_SHA384}
 * @param certificate the peer's own; null if it has shown none
 * @param verified whether that certificate leads to an authority of the configuration, so that its name counts
 * @param endPoint the channel binding {@code tls-server-end-point} of the server's certificate (RFC 5929), whichever side
 *     that is; null where its signature names no hash
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them, and the hash is no secret.
public record TlsPeer(
        String info, @Nullable X509Certificate certificate, boolean verified, byte @Nullable [] endPoint) {

    /** The first CommonName of the certificate's subject; null without a verified certificate, or without such a name. */
    public @Nullable String commonName() {
        if (certificate == null || !verified) {
            return null;
        }
        try {
            LdapName name = new LdapName(certificate.getSubjectX500Principal().getName());
            for (Rdn part : name.getRdns()) {
                if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String value) {
                    return value;
                }
            }
            return null;
        } catch (InvalidNameException e) {
            return null;
        }
    }

    /** The certificate's subject as RFC 2253 writes it; null without a verified certificate. */
    public @Nullable String subject() {
        return certificate == null || !verified
                ? null
                : certificate.getSubjectX500Principal().getName();
    }

    @Override
    public String toString() {
        return info;
    }
}
