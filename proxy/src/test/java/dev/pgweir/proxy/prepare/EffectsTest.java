package dev.pgweir.proxy.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several effects of one query: which happen, and in which order they are taken back. */
final class EffectsTest {
    private final List<String> told = new ArrayList<>();
    private final Effects effects = new Effects();

    private Effect effect(String name) {
        return new Effect() {
            @Override
            public void done() {
                told.add(name + " done");
            }

            @Override
            public void failed() {
                told.add(name + " failed");
            }

            @Override
            public void skipped() {
                told.add(name + " skipped");
            }
        };
    }

    @Test
    void happenInOrder() {
        effects.add(effect("a")).add(effect("b"));
        effects.done();

        assertThat(told).containsExactly("a done", "b done");
    }

    @Test
    void areTakenBackLastToFirst() {
        effects.add(effect("a")).add(effect("b")).by("DEALLOCATE").add(effect("c"));
        effects.skipped();

        assertThat(told).containsExactly("c skipped", "b skipped", "a skipped");
    }

    @Test
    void errorDoesNotTakeBackTheCommandsBeforeIt() {
        effects.by("PREPARE").add(effect("a")).add(effect("b"));
        effects.by("DEALLOCATE").add(effect("c"));
        effects.by("").add(effect("d"));
        effects.completed("SELECT 1");
        effects.completed("DEALLOCATE");
        effects.completed("PREPARE");
        effects.failed();

        assertThat(told).containsExactly("a done", "b done", "d failed", "c failed");
    }

    @Test
    void eachHappensOnce() {
        effects.by("PREPARE").add(effect("a")).by("").add(effect("b"));
        effects.completed("PREPARE");
        effects.completed("PREPARE");
        effects.done();

        assertThat(told).containsExactly("a done", "b done");
    }

    @Test
    void namesAndPlacesAreTheClients() {
        effects.named("PGWEIR_7", "mine").shifted(20, 6).shifted(40, 13);

        assertThat(effects.clientName("PGWEIR_7")).isEqualTo("mine");
        assertThat(effects.clientName("PGWEIR_8")).isEqualTo("PGWEIR_8");
        assertThat(effects.clientPosition(20)).isEqualTo(20);
        assertThat(effects.clientPosition(21)).isEqualTo(15);
        assertThat(effects.clientPosition(41)).isEqualTo(28);
    }

    @Test
    void settingsThatAreResetAreKnownWithoutRegardToCase() {
        effects.resetting("TimeZone");

        assertThat(effects.resets().contains("timezone")).isTrue();
        assertThat(effects.resets()).hasSize(1);
    }

    @Test
    void statementsThatAreExecutedAreKnownInTheirOrder() {
        StatementTable table = new StatementTable();
        PreparedStatement a = Prepared.of(table, "a");
        PreparedStatement b = Prepared.of(table, "b");
        effects.executing(b).executing(a);

        assertThat(effects.executed()).containsExactly(b, a);
    }
}
