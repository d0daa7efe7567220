package dev.pgweir.proxy.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class ServerUrlTest {

    @Test
    void takesApartWhatApplicationsHave() {
        ServerUrl url =
                ServerUrl.parse("postgresql://an%20na:a%3Ab+c@db.example:6000/shop?schema=public&sslmode=require");
        assertThat(url).isEqualTo(new ServerUrl("db.example", 6000, "shop", "an na", "a:b+c", "require"));
        assertThat(url.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example:6000/shop?sslmode=require");
    }

    @Test
    void fillsInWhatPostgresFillsIn() {
        assertThat(ServerUrl.parse("postgres://anna@db"))
                .isEqualTo(new ServerUrl("db", 5432, "anna", "anna", "", "prefer"));
    }

    @Test
    void showsThePasswordOnlyIfItIsTheDemosOwn() {
        ServerUrl url = ServerUrl.parse("postgresql://anna:s%2Fecret@db/shop").at("127.0.0.1", 6432);
        assertThat(url.text("shop", true)).isEqualTo("postgresql://anna:s%2Fecret@127.0.0.1:6432/shop");
        assertThat(url.text("pgbouncer", false)).isEqualTo("postgresql://anna:…@127.0.0.1:6432/pgbouncer");
    }

    @Test
    void saysWhatIsWrongWithoutRepeatingThePassword() {
        assertThatThrownBy(() -> ServerUrl.parse("postgresql://anna:se cret@db/shop"))
                .isInstanceOf(DemoException.class)
                .message()
                .doesNotContain("cret");
        assertThatThrownBy(() -> ServerUrl.parse("postgresql://db/shop")).isInstanceOf(DemoException.class);
    }
}
