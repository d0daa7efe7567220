package dev.pgweir.proxy.tls;

import dev.pgweir.config.TlsConfig;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the files of one side hold. Shows no key as text.
 *
 * @param key null where none is configured
 * @param chain the own certificate first; empty without a key
 * @param authorities empty where none are configured
 */
record TlsMaterial(@Nullable PrivateKey key, List<X509Certificate> chain, List<X509Certificate> authorities) {

    /** Reads the files; blocks. Key and certificate are tried out together. */
    static TlsMaterial load(String prefix, TlsConfig.Side side) throws TlsException {
        List<X509Certificate> authorities =
                side.caFile().isEmpty() ? List.of() : PemFile.certificates(prefix + "_ca_file", side.caFile());
        if (side.keyFile().isEmpty() || side.certFile().isEmpty()) {
            return new TlsMaterial(null, List.of(), authorities);
        }
        PrivateKey key = PemFile.privateKey(prefix + "_key_file", side.keyFile());
        List<X509Certificate> chain = PemFile.certificates(prefix + "_cert_file", side.certFile());
        if (!belongTogether(key, chain.get(0).getPublicKey())) {
            throw new TlsException(
                    prefix + "_key_file", side.keyFile() + " is not the key of the certificate in " + side.certFile());
        }
        return new TlsMaterial(key, chain, authorities);
    }

    private static boolean belongTogether(PrivateKey key, PublicKey certified) {
        String algorithm = key instanceof RSAKey ? "SHA256withRSA" : key instanceof ECKey ? "SHA256withECDSA" : "EdDSA";
        try {
            byte[] sample = {1, 2, 3};
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(sample);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(sample);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "TlsMaterial[not shown]";
    }
}
