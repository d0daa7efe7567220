package dev.pgweir.proxy.auth.ldap;

import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import com.unboundid.util.ssl.SSLSocketVerifier;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether a directory's certificate is for the name or address by which it is asked. The library does, but takes any
 * certificate from a loopback address, behind which there may be a tunnel.
 */
final class DirectoryName extends SSLSocketVerifier {
    /** Of a subjectAltName: RFC 5280, GeneralName. */
    private static final Integer IP_ADDRESS = 7;

    private final SSLSocketVerifier names = new HostNameSSLSocketVerifier(true);

    @Override
    public void verifySSLSocket(String host, int port, SSLSocket socket) throws LDAPException {
        names.verifySSLSocket(host, port, socket);
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
        if (address != null && address.isLoopbackAddress() && !names(socket, address.getAddress())) {
            throw new LDAPException(ResultCode.CONNECT_ERROR, "the directory's certificate is not for " + host);
        }
    }

    private static boolean names(SSLSocket socket, byte[] address) throws LDAPException {
        try {
            Certificate[] chain = socket.getSession().getPeerCertificates();
            Collection<List<?>> names =
                    chain[0] instanceof X509Certificate own ? own.getSubjectAlternativeNames() : null;
            return names != null
                    && names.stream()
                            .anyMatch(name -> IP_ADDRESS.equals(name.get(0))
                                    && Arrays.equals(address, bytes(String.valueOf(name.get(1)))));
        } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
            throw new LDAPException(ResultCode.CONNECT_ERROR, "the directory's certificate cannot be read", e);
        }
    }

    private static byte @Nullable [] bytes(String address) {
        return NetUtil.createByteArrayFromIpAddressString(address);
    }
}
