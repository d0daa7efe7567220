package dev.pgweir.proxy.prepare;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Several effects of one message, and the names it was sent with. Those of a query with several commands happen one after
 * the other, and an error does not take back the ones before it: PREPARE and DEALLOCATE know no transactions. Confined to
 * one thread, as all effects are.
 */
public final class Effects implements Reference {
    /** Changes nothing, and refers to nothing. */
    public static final Effect NONE = new Effect() {
        @Override
        public void done() {}

        @Override
        public void failed() {}

        @Override
        public void skipped() {}
    };

    /** The work of one command; it has no tag where the message's own answer tells that it is done. */
    private record Command(String tag, List<Effect> effects) {}

    private final List<Command> commands = new ArrayList<>(1);
    /** How many of the commands are done. */
    private int done;

    private final Map<String, String> names = new HashMap<>(2);
    private final List<PreparedStatement> executed = new ArrayList<>(0);
    private final List<int[]> shifts = new ArrayList<>(0);
    private final Set<String> resets = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    /** Those that are added from now on are the work of a command with this tag. */
    public Effects by(String tag) {
        commands.add(new Command(tag, new ArrayList<>(2)));
        return this;
    }

    /** One more, to be taken back before those that are here. */
    public Effects add(Effect effect) {
        if (commands.isEmpty()) {
            by("");
        }
        commands.get(commands.size() - 1).effects().add(effect);
        return this;
    }

    /** A command is complete. */
    public void completed(String tag) {
        if (done < commands.size() && commands.get(done).tag().equals(tag)) {
            commands.get(done++).effects().forEach(Effect::done);
        }
    }

    /** The client's name for one that is sent. */
    public Effects named(String sent, String client) {
        names.put(sent, client);
        return this;
    }

    /** It executes this one. */
    public Effects executing(PreparedStatement statement) {
        executed.add(statement);
        return this;
    }

    /** The statements that it executes: if one does not exist, the server has lost it. */
    public List<PreparedStatement> executed() {
        return executed;
    }

    /** It resets the setting with this name, or with the empty name all of them. */
    public Effects resetting(String name) {
        resets.add(name);
        return this;
    }

    /** Names of the settings that it resets; the empty name stands for all. */
    public Set<String> resets() {
        return resets;
    }

    /**
     * The text was changed.
     *
     * @param end how many characters of the text that is sent come before or are in the change
     * @param longer how many there are more than in the client's text, up to there
     */
    public Effects shifted(int end, int longer) {
        shifts.add(new int[] {end, longer});
        return this;
    }

    /**
     * @param sent a place in the text that was sent, counted in characters from 1
     */
    @Override
    public int clientPosition(int sent) {
        int longer = 0;
        for (int[] shift : shifts) {
            if (sent > shift[0]) {
                longer = shift[1];
            }
        }
        return sent - longer;
    }

    @Override
    public String clientName(String sent) {
        return names.getOrDefault(sent, sent);
    }

    @Override
    public void done() {
        while (done < commands.size()) {
            commands.get(done++).effects().forEach(Effect::done);
        }
    }

    @Override
    public void failed() {
        takeBack(Effect::failed);
    }

    @Override
    public void skipped() {
        takeBack(Effect::skipped);
    }

    private void takeBack(Consumer<Effect> how) {
        for (int i = commands.size() - 1; i >= done; i--) {
            List<Effect> effects = commands.get(i).effects();
            for (int j = effects.size() - 1; j >= 0; j--) {
                how.accept(effects.get(j));
            }
        }
    }
}
