package dev.pgweir.proxy.prepare;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class DefinitionTest {

    private static Definition of(String text, Behaviour behaviour) {
        return new Definition(PreparedStatement.Kind.PARSE, text.getBytes(US_ASCII), List.of(), behaviour);
    }

    private static Behaviour executing(String name) {
        return new Behaviour(List.of(), new SqlCommand(SqlCommand.Kind.EXECUTE, name, 0, 0, null), false);
    }

    @Test
    void sameTextThatDoesSomethingElseHasAnotherHash() {
        assertThat(of("EXECUTE x", executing("a")))
                .isNotEqualTo(of("EXECUTE x", executing("b")))
                .doesNotHaveSameHashCodeAs(of("EXECUTE x", executing("b")))
                .isEqualTo(of("EXECUTE x", executing("a")))
                .hasSameHashCodeAs(of("EXECUTE x", executing("a")));
    }

    @Test
    void textsThatAreMadeToCollideHaveAnOrder() {
        Definition one = of("SELECT Aa", Behaviour.NONE);
        Definition two = of("SELECT BB", Behaviour.NONE);

        assertThat(one).hasSameHashCodeAs(two).isNotEqualTo(two).isLessThan(two);
        assertThat(two).isGreaterThan(one);
        assertThat(one).isEqualByComparingTo(of("SELECT Aa", Behaviour.NONE));
    }
}
