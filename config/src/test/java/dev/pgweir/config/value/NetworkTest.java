package dev.pgweir.config.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses are in a network, and what is none. */
final class NetworkTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "192.168.1.128/25, 192.168.1.128, true",
        "192.168.1.128/25, 192.168.1.127, false",
        "127.0.0.1, 127.0.0.1, true",
        "127.0.0.1, 127.0.0.2, false",
        "0.0.0.0/0, 203.0.113.7, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 2001:db8::1, true",
        "::1, ::1, true",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false"
    })
    void containsWhatBeginsLikeIt(String network, String address, boolean contains) throws UnknownHostException {
        assertThat(Network.parse(network).contains(InetAddress.getByName(address)))
                .isEqualTo(contains);
    }

    @Test
    void takesAnAddressInsideAnIpv6OneForTheSame() throws UnknownHostException {
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        mapped[12] = 10;
        InetAddress address = java.net.Inet6Address.getByAddress(null, mapped, -1);

        assertThat(Network.parse("10.0.0.0/8").contains(address)).isTrue();
        assertThat(Network.parse("11.0.0.0/8").contains(address)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/8", "2001:db8:0:0:0:0:0:0/32", "127.0.0.1/32"})
    void writesWhatItReads(String text) {
        assertThat(Network.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "db.example.com",
                "10.0.0",
                "10.0.0.256",
                "10.0.0.0/33",
                "10.0.0.1/8",
                "::1/129",
                ":::",
                "fe80::1%eth0",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "1.2.3.4.5",
                "::g",
                "/8",
                "10.0.0.0/99999999999"
            })
    void asksNoNameServiceAndTakesNothingElse(String text) {
        assertThatThrownBy(() -> Network.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
