package dev.pgweir.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.DecoderException;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

class TlsFailureTest {
    @Test
    void whateverAnEngineThrowsIsAboutTls() {
        assertThat(TlsFailure.is(new SSLException("bad record"))).isTrue();
        assertThat(TlsFailure.is(new DecoderException(new SSLException("bad record"))))
                .isTrue();
        assertThat(TlsFailure.is(new DecoderException(new IllegalArgumentException("bad key"))))
                .isTrue();
    }

    @Test
    void whatPgWeirThrowsIsNot() {
        assertThat(TlsFailure.is(new IllegalStateException("a fault"))).isFalse();
        assertThat(TlsFailure.is(new DecoderException(new AssertionError("a fault"))))
                .isFalse();
    }

    @Test
    void isToldInOneLineWithoutControlCharacters() {
        assertThat(TlsFailure.text(new DecoderException(new IllegalArgumentException("bad \u001b[31mkey\nat line 2"))))
                .isEqualTo("bad ?[31mkey");
        assertThat(TlsFailure.text(new DecoderException(new IllegalStateException())))
                .contains("IllegalStateException");
    }
}
